"""What the words of an address may name: for each run of words the known names that are near, and what that costs.

A cost is 0 for what stands there word by word with its label, and grows by about 1 for each thing that is wrong.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from etl.geocode.gazetteer import HIGHWAY, Gazetteer, name_key
from etl.geocode.ground import NamedPlace, Street
from etl.geocode.spelling import SpelledNames, Spelling
from etl.geocode.unit_names import UnitName
from etl.geocode.words import LABELS, WORD, Kind, Word, ends_in_label, lane_number

LONGEST_NAME = 12
# A wrong letter says more in a short name than in a long one.
LONG_NAME, EDIT, EDIT_OF_LONG = 9, 1.0, 0.6
OTHER_ACCENTS, OTHER_LABEL, NO_LABEL, WRONG_KIND, FORMER_NAME = 0.8, 0.3, 0.3, 1.8, 0.15
# "Thành phố Nam Định" is no "Tỉnh Nam Định", while wards were communes before.
OTHER_LEVEL = 1.5
COSTLIEST = 2.0
ABBREVIATIONS = 'p=phuong x=xa tt=thi_tran tp=thanh_pho h=huyen q=quan tx=thi_xa t=tinh'
ABBREVIATED: dict[tuple[str, ...], tuple[str, ...]] = {
    (short,): tuple(label.split('_')) for short, label in (pair.split('=') for pair in ABBREVIATIONS.split())
}
EXTENDED = (['ii'], ['iii'], ['iv'])
# Names such as "Đường xã Hải Hưng" are made of a unit's; without a label before them they are the unit.
NAMES_OF_UNITS = ('phuong', 'xa', 'thitran', 'huyen', 'thixa', 'thanhpho')


@dataclass(frozen=True)
class Span:
    """A run of words from `start` up to `end`, with the words before it that are its label."""

    start: int
    end: int
    label: int

    def overlaps(self, other: 'Span') -> bool:
        """Whether they share a word; labels count."""
        return self.start - self.label < other.end and other.start - other.label < self.end

    def covers(self, other: 'Span') -> bool:
        """Whether all words of the other are its own too."""
        return self.start <= other.start and other.end <= self.end

    def within(self, other: 'Span') -> bool:
        """Whether all its words are the other's too, which has more."""
        return other.covers(self) and self.end - self.start < other.end - other.start


@dataclass(frozen=True)
class Reading[T]:
    """Words that may name `entry`, a unit, a street or a place, and what it costs to read them so."""

    span: Span
    entry: T
    cost: float
    edits: int


@dataclass(frozen=True)
class Readings:
    """All that the words of one address may name. spans: all runs of them. elsewhere: names of other provinces."""

    words: list[Word]
    spans: list[Span]
    units: list[Reading[UnitName]]
    streets: list[Reading[Street]]
    places: list[Reading[NamedPlace]]
    elsewhere: list[Span]

    @cached_property
    def street_spans(self) -> list[Span]:
        """The spans that a label says to be a street's name and nothing else."""
        return [span for span in self.spans if label_kinds(self.words, span) == {'street'}]


type ReadSpan[T] = Callable[[list[Word], Span, Spelling], Iterator[Reading[T]]]


@dataclass(frozen=True)
class Names:
    """The names of a gazetteer, ready to be compared with."""

    gazetteer: Gazetteer

    @cached_property
    def units(self) -> SpelledNames:
        """The names of units."""
        return SpelledNames(self.gazetteer.units)

    @cached_property
    def streets(self) -> SpelledNames:
        """The names of streets."""
        return SpelledNames(self.gazetteer.streets)

    @cached_property
    def places(self) -> SpelledNames:
        """The names of other places."""
        return SpelledNames(self.gazetteer.places)

    def read(self, addresses: Sequence[list[Word]]) -> list[Readings]:
        """What each address may name; names are compared with the texts of all addresses at once."""
        keyed = [[(span, _key(words, span)) for span in spans(words)] for words in addresses]
        texts = {key for keyed_spans in keyed for _, key in keyed_spans}
        near = [names.near(texts) for names in (self.units, self.streets, self.places)]
        return [self._readings(words, keyed_spans, *near) for words, keyed_spans in zip(addresses, keyed, strict=True)]

    def _readings(
        self,
        words: list[Word],
        keyed_spans: list[tuple[Span, str]],
        units: dict[str, list[Spelling]],
        streets: dict[str, list[Spelling]],
        places: dict[str, list[Spelling]],
    ) -> Readings:
        def all_read[T](near: dict[str, list[Spelling]], read: ReadSpan[T]) -> list[Reading[T]]:
            spelled = ((span, spelling) for span, key in keyed_spans for spelling in near.get(key, ()))
            return _longest(
                [
                    reading
                    for span, spelling in spelled
                    # a word that announces the next name is no misspelt part of the one before
                    if not (spelling.edits and ends_in_label(words, span.start, span.end))
                    for reading in read(words, span, spelling)
                ]
            )

        return Readings(
            words,
            [span for span, _ in keyed_spans],
            _of_one_time(without_ends_of_labelled(all_read(units, self._units_read))),
            all_read(streets, self._streets_read),
            all_read(places, self._places_read),
            [span for span, key in keyed_spans if self._is_elsewhere(words, span, key)],
        )

    def _is_elsewhere(self, words: list[Word], span: Span, key: str) -> bool:
        """Whether it stands as provinces do: by its label, as a part of its own, or at the end."""
        kinds = label_kinds(words, span)
        alone = _begins_part(words, span.start) or span.end == len(words)
        names = self.gazetteer.elsewhere.get(key, ()) if 'province' in kinds or (alone and not kinds) else ()
        return any(_spelling_cost(words, span, Spelling(key, 0), name) == 0 for name in names)

    def _units_read(self, words: list[Word], span: Span, spelling: Spelling) -> Iterator[Reading[UnitName]]:
        for unit in self.gazetteer.units[spelling.key]:
            cost = _spelling_cost(words, span, spelling, unit.written) + _unit_label_cost(words, span, unit)
            yield from _affordable(span, unit, cost + FORMER_NAME * (not unit.current), spelling)

    def _streets_read(self, words: list[Word], span: Span, spelling: Spelling) -> Iterator[Reading[Street]]:
        kinds = label_kinds(words, span)
        if _goes_on(words, span) or (spelling.edits and [words[span.end - 1].key] in EXTENDED):
            return
        if spelling.key.startswith(NAMES_OF_UNITS) and 'street' not in kinds:
            return
        streets, label_cost = self.gazetteer.streets[spelling.key], _street_label_cost(words, span, kinds)
        costs = {name: _spelling_cost(words, span, spelling, name) + label_cost for name in {st.name for st in streets}}
        for street in streets:
            cost = spelling.edits * EDIT if HIGHWAY.match(spelling.key) else costs[street.name]
            yield from _affordable(span, street, cost, spelling)

    def _places_read(self, words: list[Word], span: Span, spelling: Spelling) -> Iterator[Reading[NamedPlace]]:
        for place in self.gazetteer.places[spelling.key]:
            cost = _spelling_cost(words, span, spelling, place.name) + NO_LABEL * (not _begins_part(words, span.start))
            yield from _affordable(span, place, cost, spelling)


def spans(words: list[Word]) -> Iterator[Span]:
    """All runs of words within a part."""
    for start, first in enumerate(words):
        only_labels = True
        for end in range(start + 1, min(start + LONGEST_NAME, len(words)) + 1):
            if words[end - 1].part != first.part:
                break
            only_labels = only_labels and (words[end - 1].key,) in LABELS
            if not only_labels:
                yield Span(start, end, first.label)


def label_kinds(words: list[Word], span: Span) -> frozenset[Kind]:
    """What the words before the span say that it names."""
    return words[span.start].label_kinds


def _key(words: list[Word], span: Span) -> str:
    return name_key(word.key for word in words[span.start : span.end])


def _goes_on(words: list[Word], span: Span) -> bool:
    """Whether what follows makes it the name of another street: `Nguyễn Huệ II`, `Trần Phú kéo dài`."""
    following = [word.key for word in words[span.end : span.end + 2] if word.part == words[span.start].part]
    return following == ['keo', 'dai'] or following[:1] in EXTENDED


def _begins_part(words: list[Word], at: int) -> bool:
    return at == 0 or words[at - 1].part != words[at].part


def _spelling_cost(words: list[Word], span: Span, spelling: Spelling, written: str) -> float:
    """What wrong letters cost; less so accents, and only where the address has any."""
    edit = EDIT if len(spelling.key) < LONG_NAME else EDIT_OF_LONG
    run = words[span.start : span.end]
    accented = {_accents(word.written) for word in run if not word.written.isascii()}
    official = [_accents(word[0]) for word in WORD.finditer(written)]
    joined = ''.join(_accents(word.written) for word in run)
    other_accents = not accented <= set(official) and joined not in ''.join(official)
    return spelling.edits * edit + OTHER_ACCENTS * (other_accents and spelling.edits == 0)


@lru_cache(maxsize=100_000)
def _accents(word: str) -> str:
    """The word with its accents behind it: "hòa" and "hoà" are the same."""
    letters = unicodedata.normalize('NFD', word.casefold())
    marks = sorted(letter for letter in letters if unicodedata.combining(letter))
    return ''.join(letter for letter in letters if not unicodedata.combining(letter)) + ''.join(marks)


def _unit_label_cost(words: list[Word], span: Span, unit: UnitName) -> float:
    kinds = label_kinds(words, span)
    if not kinds:
        return COSTLIEST if unit.key.isdigit() else NO_LABEL
    if not kinds & (frozenset({'commune'}) if unit.smallest else frozenset({'district', 'province'})):
        return WRONG_KIND
    label = tuple(word.key for word in words[span.start - span.label : span.start])
    if ABBREVIATED.get(label, label) == unit.label:
        return 0.0
    return OTHER_LABEL if unit.smallest else OTHER_LEVEL


def _street_label_cost(words: list[Word], span: Span, kinds: frozenset[Kind]) -> float:
    if 'street' in kinds or lane_number([word.key for word in words[span.start : span.end]]):
        return 0.0
    if kinds:
        return WRONG_KIND
    before = words[span.start - 1] if span.start else None
    return 0.0 if before and before.is_number else NO_LABEL


def _affordable[T](span: Span, entry: T, cost: float, spelling: Spelling) -> Iterator[Reading[T]]:
    if cost < COSTLIEST:
        yield Reading(span, entry, cost, spelling.edits)


def _longest[T](readings: list[Reading[T]]) -> list[Reading[T]]:
    """The readings without those whose words a longer name takes at no greater cost, or a cheaper one literally.

    Streets of one name in fifty towns are read alike, so each way to read the words is weighed once.
    """
    alike: dict[tuple[Span, float, int], list[Reading[T]]] = {}
    for reading in readings:
        alike.setdefault((reading.span, reading.cost, reading.edits), []).append(reading)
    firsts = [same[0] for same in alike.values()]
    return [
        reading
        for first, same in zip(firsts, alike.values(), strict=True)
        if not any(_gives_way(first, other) for other in firsts)
        for reading in same
    ]


def _gives_way[T](reading: Reading[T], other: Reading[T]) -> bool:
    if other.cost > reading.cost:
        return False
    if reading.span.within(other.span):
        return True
    is_plainer = other.edits == 0 < reading.edits and other.cost < reading.cost
    return is_plainer and reading.span.overlaps(other.span) and not other.span.within(reading.span)


def without_ends_of_labelled(units: list[Reading[UnitName]]) -> list[Reading[UnitName]]:
    """The readings without names that are the end of a longer one with a label: `phường Toy Hoa Lư` is no Hoa Lư."""
    labelled = [unit.span for unit in units if unit.span.label]
    return [unit for unit in units if unit.span.label or not any(unit.span.within(span) for span in labelled)]


def _of_one_time(units: list[Reading[UnitName]]) -> list[Reading[UnitName]]:
    """The readings without units of days on which a larger unit that the address names was not there.

    Only where the same words also name a unit of today: a commune beside a district is not the one of the days since
    there are no districts.
    """
    larger = [
        unit.entry for unit in units if not unit.entry.smallest and unit.cost < NO_LABEL and unit.entry.valid_from
    ]
    today = {unit.span for unit in units if unit.entry.smallest and unit.entry.current and unit.cost < NO_LABEL}
    return [
        unit
        for unit in units
        if unit.entry.current
        or unit.span not in today
        or not larger
        or any(unit.entry.meets(other) for other in larger)
    ]
