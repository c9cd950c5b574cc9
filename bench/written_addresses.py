"""Addresses as offices write them: the parts, and the ways to put them together."""

import random
from dataclasses import dataclass, replace

TYPES = ('Đường ', 'Phố ')
SHORT_KINDS = {
    'Thành phố ': ('TP. ', 'TP ', 'Tp.', 'T.P '),
    'Thị xã ': ('TX. ', 'TX '),
    'Huyện ': ('H. ', 'H.', 'H '),
    'Thị trấn ': ('TT. ', 'TT ', 'TT.'),
    'Phường ': ('P. ', 'P.', 'P '),
    'Xã ': ('X. ', 'X.', 'X '),
    'Tỉnh ': ('T. ', 'T.', ''),
}
SHORT_TYPES = {'Đường ': ('Đ. ', 'Đ.', 'đ. '), 'Phố ': ('Ph. ', 'P. ')}


@dataclass(frozen=True)
class Parts:
    """The parts of an address, '' where it has none; units with their kind: 'Phường Bà Triệu'.

    number: '12', '12A', '15/4' in lane 15. place: a named place such as a school.
    """

    number: str = ''
    street: str = ''
    place: str = ''
    commune: str = ''
    district: str = ''
    province: str = ''

    def units(self) -> list[str]:
        """The units, from the smallest."""
        return [unit for unit in (self.commune, self.district, self.province) if unit]


def uncapitalised(text: str) -> str:
    """'phường Bà Triệu' for 'Phường Bà Triệu'."""
    return text[:1].lower() + text[1:]


def bare(text: str, kinds: tuple[str, ...]) -> str:
    """The name without its kind."""
    return next((text.removeprefix(kind) for kind in kinds if text.startswith(kind)), text)


def head(parts: Parts, chance: random.Random) -> str:
    """What stands before the units: 'Số 12 đường Lê Lợi', '12 Lê Lợi', 'Số 4, ngõ 15, đường Lê Lợi', or the place."""
    if parts.place:
        return parts.place
    if not parts.number:
        return parts.street
    name = bare(parts.street, TYPES)
    street = chance.choice([parts.street, uncapitalised(parts.street), name]) if name != parts.street else name
    lane, _, number = parts.number.rpartition('/')
    if lane and chance.random() < 0.5:
        return f'{chance.choice(["Số ", "Số nhà ", "số "])}{number}, ngõ {lane}, {street}'
    return f'{chance.choice(["", "", "Số ", "Số nhà "])}{parts.number}{chance.choice([" ", " ", ", "])}{street}'


def clean(parts: Parts, chance: random.Random) -> list[str]:
    """The pieces of a well written address, from the house to the largest unit."""
    units = parts.units() if chance.random() < 0.6 else parts.units()[: 2 if parts.district else 1]
    in_small = chance.random() < 0.6
    pieces = [head(parts, chance), *(uncapitalised(unit) if in_small else unit for unit in units)]
    return [piece for piece in pieces if piece]


def text(pieces: list[str]) -> str:
    """The pieces with commas between them."""
    return ', '.join(pieces)


def abbreviated(parts: Parts, chance: random.Random) -> str:
    """'12 Đ. Lê Lợi, P.Bà Triệu, TP Nam Định', in one of the ways that people abbreviate."""
    manner = chance.randrange(4)
    units = [_short(unit, SHORT_KINDS, manner) for unit in parts.units()]
    street = _short(parts.street, SHORT_TYPES, manner)
    return text([piece for piece in [head(replace(parts, street=street), chance), *units] if piece])


def _short(name: str, kinds: dict[str, tuple[str, ...]], manner: int) -> str:
    kind = next((kind for kind in kinds if name.startswith(kind)), None)
    if kind is None:
        return name.replace('QL ', 'QL') if manner % 2 else name
    return kinds[kind][manner % len(kinds[kind])] + name.removeprefix(kind)


def with_marks(pieces: list[str], chance: random.Random) -> str:
    """Typographic quotes and dashes, blanks too many or of another kind."""
    pieces = [piece.replace(' ', chance.choice([' ', '  ', '\xa0'])) for piece in pieces]
    quoted = chance.randrange(len(pieces))
    pieces[quoted] = chance.choice(['“{}”', '{}', '‘{}’', '«{}»']).format(pieces[quoted])
    return chance.choice([' , ', ',', ' – ', ' - ', ';  ', ',,', ' / ', '\n']).join(pieces)
