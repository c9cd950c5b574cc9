"""Units of measure as layer files write them, in the notation of UCUM."""

# Symbols that mean the same in UCUM's case-sensitive form.
SAME = frozenset({
    '1', 'm', 'km', 'cm', 'mm', 'm2', 'km2', 'm3', 's', 'min', 'h', 'd', 'a', 'mg', 'g', 'kg', 't', 'L', 'V', 'kV', 'W',
    'kW', 'MW', 'A', 'Pa', 'kPa', 'bar', 'Hz', 'N', 'kN', 'J', 'kW.h', 'deg', '%',
})  # fmt: skip
OTHERWISE = {'ha': 'har', 'm²': 'm2', 'km²': 'km2', 'm³': 'm3', '°': 'deg', '°C': 'Cel', 'year': 'a', 'day': 'd',
             'µg': 'ug', 'MVA': 'MV.A'}  # fmt: skip

# Units that are counted things have a name in each language; symbols such as m and kV are the same in both.
COUNTED_VI = {'bed': 'giường', 'floor': 'tầng', 'person': 'người', 'place': 'chỗ', 'd': 'ngày', 'year': 'năm'}


def unit_vi(unit: str | None) -> str:
    """`unit` as Vietnamese texts write it: `chỗ` for `place`, `m³/ngày` for `m³/d`; nothing where there is none."""
    return '/'.join(COUNTED_VI.get(part, part) for part in (unit or '').split('/'))


def ucum(unit: str) -> str:
    """`unit` in UCUM; counted things (a bed, a person) and what UCUM has no sign for become an annotation, {bed}."""
    return '/'.join(map(_part, unit.split('/')))


def _part(unit: str) -> str:
    if unit in SAME:
        return unit
    return OTHERWISE.get(unit) or '{' + unit.translate({ord('{'): '(', ord('}'): ')'}) + '}'
