"""Units of measure as layer files write them: beside a number, in Vietnamese texts, and in the notation of UCUM."""

from dothi.core.numbers import vietnamese_signs
from dothi.core.text import LANGUAGES, Lang, Text

# Symbols that mean the same in UCUM's case-sensitive form.
SAME = frozenset({
    '1', 'm', 'km', 'cm', 'mm', 'm2', 'km2', 'm3', 's', 'min', 'h', 'd', 'a', 'mg', 'g', 'kg', 't', 'L', 'V', 'kV', 'W',
    'kW', 'MW', 'A', 'Pa', 'kPa', 'bar', 'Hz', 'N', 'kN', 'J', 'kW.h', 'deg', '%',
})  # fmt: skip
OTHERWISE = {'ha': 'har', 'm²': 'm2', 'km²': 'km2', 'm³': 'm3', '°': 'deg', '°C': 'Cel', 'year': 'a', 'day': 'd',
             'µg': 'ug', 'MVA': 'MV.A'}  # fmt: skip

# Units that are words; a symbol such as m or kV is the same in every language. The web map has the same list.
UNIT_WORDS = {
    'person': Text(vi='người', en='people'),
    'household': Text(vi='hộ', en='households'),
    'floor': Text(vi='tầng', en='floors'),
    'bed': Text(vi='giường', en='beds'),
    'place': Text(vi='chỗ', en='places'),
    'building': Text(vi='công trình', en='buildings'),
    'commune': Text(vi='xã', en='communes'),
    'layer': Text(vi='lớp', en='layers'),
    'delivery': Text(vi='đợt', en='deliveries'),
    'times': Text(vi='lần', en='times'),
    'min': Text(vi='phút', en='min'),
    'd': Text(vi='ngày', en='days'),
    'year': Text(vi='năm', en='years'),
}


def unit_vi(unit: str | None) -> str:
    """`unit` as Vietnamese texts write it: `chỗ` for `place`, `m³/ngày` for `m³/d`; nothing where there is none."""
    parts = (unit or '').split('/')
    return '/'.join(UNIT_WORDS[part].vi if part in UNIT_WORDS else part for part in parts)


def unit_in(unit: str | None, lang: Lang) -> str:
    """A unit of measure as headings of the language write it, nothing where there is none."""
    return unit_vi(unit) if lang == 'vi' else unit or ''


def unit_words(unit: str | None, lang: Lang, *, of_one: bool = False) -> str:
    """A unit of measure as sentences write it: `places` for `place`, `people/ha`; nothing where there is none.

    of_one: beside the number 1, where English has no plural; nor has it one for what stands below the line.
    """
    if lang == 'vi':
        return unit_vi(unit)
    counted, *others = (unit or '').split('/')
    words = None if of_one else UNIT_WORDS.get(counted)
    return '/'.join([words.en if words else counted, *others])


def with_unit(value: float | None, unit: str | None) -> Text:
    """`12,000 floors`: the number with its unit, in words where it is one.

    Without a unit it may be a year, and its digits are not parted.
    """
    vi, en = (
        f'{number(value, lang, parted=bool(unit))} {unit_words(unit, lang, of_one=value == 1)}'.rstrip()
        for lang in LANGUAGES
    )
    return Text(vi=vi, en=en)


def number(value: float | None, lang: str, *, parted: bool = True) -> str:
    """`12,000.5`, or `12.000,5` in Vietnamese."""
    text = f'{value or 0:{"," if parted else ""}.6f}'.rstrip('0').rstrip('.')
    return text if lang == 'en' else vietnamese_signs(text)


def ucum(unit: str) -> str:
    """`unit` in UCUM; counted things (a bed, a person) and what UCUM has no sign for become an annotation, {bed}."""
    return '/'.join(map(_part, unit.split('/')))


def _part(unit: str) -> str:
    if unit in SAME:
        return unit
    return OTHERWISE.get(unit) or '{' + unit.translate({ord('{'): '(', ord('}'): ')'}) + '}'
