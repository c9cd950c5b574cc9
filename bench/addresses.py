"""A corpus of addresses as offices write them, with the mistakes that they make, and the place that each means."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bench.address_targets import Target, World
from bench.writing_errors import in_telex, misspelt, with_eth, with_telex_word, without_accents
from bench.written_addresses import TYPES, Parts, abbreviated, bare, clean, head, text, uncapitalised, with_marks
from demo.drawing import Demo

COUNT = 1_500
# None of the demo's towns has these, and none is like one that they have.
NO_STREETS = ('Phạm Văn Đồng', 'Tôn Đức Thắng', 'Võ Nguyên Giáp', 'Hoàng Quốc Việt', 'Láng Hạ', 'Cầu Giấy', 'Xã Đàn')
ELSEWHERE = (
    'phường Hàng Bạc, quận Hoàn Kiếm, thành phố Hà Nội',
    'xã Đông Hưng, huyện Tiên Lãng, thành phố Hải Phòng',
    'phường Bồ Xuyên, thành phố Thái Bình, tỉnh Thái Bình',
    'thị trấn Bút Sơn, huyện Hoằng Hóa, tỉnh Thanh Hóa',
    'phường Bến Nghé, Quận 1, TP. Hồ Chí Minh',
    'xã Gia Xuyên, thành phố Hải Dương',
)
NONSENSE = (
    'không rõ', 'như trên', 'n/a', 'NULL', '-', '...', '?', 'xxx', 'test', '0', '0912345678', 'chưa cập nhật',
    'abc@example.vn', 'Nguyễn Văn A', 'nhà riêng', 'tạm trú', 'theo hộ khẩu', 'asdfgh', '12', '12/5', 'số nhà',
    'đường', 'ở cùng bố mẹ', '31/08/2024', 'KT3', 'http://example.vn', '20.42, 106.16', '§§§', 'qưertyuiop',
)  # fmt: skip
EMPTY = ('', ' ', '   ', '\t', '\xa0', ',', ', ,', ' ; ', '.', '\n')
NEAR = ('gần', 'đối diện', 'cạnh', 'phía sau', 'ngay sát')


@dataclass(frozen=True)
class WrittenAddress:
    """An address as written, the kind of its mistake, and what it means.

    point: the true place in the working CRS, and commune_code its commune, None where the text names no place of the
    province. precision: the best that the text can give: 'house', 'street', 'place', 'commune' or None.
    """

    text: str
    kind: str
    point: tuple[float, float] | None
    commune_code: str | None
    precision: str | None


@dataclass(frozen=True)
class Meant:
    """A text, and the target that it means; None for no place of the province."""

    text: str
    target: Target | None


type Write = Callable[[World, random.Random], Meant | None]


def draw_addresses(demo: Demo, locality_path: Path, count: int = COUNT, seed: int = 1) -> list[WrittenAddress]:
    """About `count` addresses, as many of each kind; the same seed gives the same.

    Kinds of which the locality has none are left out: it may have no districts, or no units of another day.
    """
    world = World(demo, locality_path)
    return [
        address
        for number, (kind, write) in enumerate(KINDS.items())
        for address in _of_kind(world, kind, write, count // len(KINDS) + (number < count % len(KINDS)), seed)
    ]


def _of_kind(world: World, kind: str, write: Write, count: int, seed: int) -> list[WrittenAddress]:
    chance = random.Random(f'{seed} {kind}')
    written = [meant for _ in range(count) if (meant := write(world, chance))]
    return [_address(world, kind, meant) for meant in written]


def _address(world: World, kind: str, meant: Meant) -> WrittenAddress:
    if (target := meant.target) is None:
        return WrittenAddress(meant.text, kind, None, None, None)
    code = world.communes[target.commune].unit.code
    return WrittenAddress(meant.text, kind, target.point, code, target.precision)


def any_target(world: World, chance: random.Random) -> Target:
    """Half of them houses with a number, the others streets, places without a number, and named places."""
    draw = chance.choices((world.house, world.street, world.in_country, world.named_place), (50, 15, 15, 20))[0]
    return draw(chance)


def _changed(change: Callable[[list[str], random.Random], str]) -> Write:
    """Any address, changed as a whole; change: from its pieces to what is written."""

    def write(world: World, chance: random.Random) -> Meant:
        target = any_target(world, chance)
        return Meant(change(clean(target.parts, chance), chance), target)

    return write


def _plain(change: Callable[[str], str]) -> Write:
    return _changed(lambda pieces, _: change(text(pieces)))


def _abbreviated(world: World, chance: random.Random) -> Meant:
    target = any_target(world, chance)
    return Meant(abbreviated(target.parts, chance), target)


def _wrong_order(pieces: list[str], chance: random.Random) -> str:
    """From the largest unit to the house, or in any other order."""
    order = pieces[::-1]
    if chance.random() < 0.5:
        while (order := chance.sample(pieces, len(pieces))) == pieces and len(pieces) > 1:
            pass
    return text(order)


def _with_eth(world: World, chance: random.Random) -> Meant:
    """An address in which there is a Đ."""
    while True:
        target = any_target(world, chance)
        written = text(clean(target.parts, chance))
        if with_eth(written) != written:
            return Meant(with_eth(written), target)


def _street_misspelt(world: World, chance: random.Random) -> Meant:
    target = world.house_on_named_street(chance)
    return Meant(text(clean(_with_street(target.parts, world, chance), chance)), target)


def _with_street(parts: Parts, world: World, chance: random.Random) -> Parts:
    name = bare(parts.street, TYPES)
    return replace(parts, street=parts.street.removesuffix(name) + misspelt(name, world.street_names, chance))


def _commune_misspelt(world: World, chance: random.Random) -> Meant:
    target = any_target(world, chance)
    name = world.communes[target.commune].unit.short_name
    wrong = target.parts.commune.removesuffix(name) + misspelt(name, world.commune_names, chance)
    return Meant(text(clean(replace(target.parts, commune=wrong), chance)), target)


def _in_telex(world: World, chance: random.Random) -> Meant:
    """One word of the street, its kind, or the commune; now and then all of the street."""
    target = any_target(world, chance)
    first, *others = clean(target.parts, chance)
    if chance.random() < 0.2:
        return Meant(text([' '.join(in_telex(word, chance) for word in first.split(' ')), *others]), target)
    if chance.random() < 0.3 and others:
        return Meant(text([first, with_telex_word(others[0], chance), *others[1:]]), target)
    return Meant(text([with_telex_word(first, chance), *others]), target)


def _without_commune(world: World, chance: random.Random) -> Meant:
    target = world.house(chance) if chance.random() < 0.7 else world.named_place(chance)
    return Meant(text(clean(replace(target.parts, commune=''), chance)), target)


def _without_district(world: World, chance: random.Random) -> Meant | None:
    target = any_target(world, chance)
    return Meant(text(clean(replace(target.parts, district=''), chance)), target) if target.parts.district else None


def _of_another_day(world: World, chance: random.Random) -> Meant | None:
    """The name of the commune that the place is in on a later day."""
    for _ in range(30):
        target = any_target(world, chance)
        if names := world.names_of_other_days(target.commune):
            units = chance.choice(names)
            parts = replace(target.parts, commune=units.commune, district=units.district, province='')
            return Meant(text(clean(parts, chance)), target)
    return None


def _no_such_number(world: World, chance: random.Random) -> Meant:
    """A lot on which nothing stands, or a number far beyond the last one of the street."""
    if chance.random() < 0.5:
        target = world.unbuilt(chance)
        return Meant(text(clean(target.parts, chance)), target)
    target = replace(world.house(chance), precision='street')
    beyond = replace(target.parts, number=str(chance.randrange(3_000, 9_000)))
    return Meant(text(clean(beyond, chance)), target)


def _odd_number(world: World, chance: random.Random) -> Meant:
    """'12 a', 'Số nhà 12', 'số 12-14', 'ngõ 12', '12/5' in the ways in which people write them."""
    return chance.choice((_lane_house, _lane_alone, _lettered, _two_numbers))(world, chance)


def _lane_house(world: World, chance: random.Random) -> Meant:
    target = world.house_like(chance, '/')
    lane, _, number = target.parts.number.rpartition('/')
    street = bare(target.parts.street, TYPES)
    first = chance.choice([
        f'Số {number} ngõ {lane} {street}', f'SN {number}, ngõ {lane}, {target.parts.street}',
        f'{lane}/{number} {street}',
        f'Nhà số {number} Ngõ {lane} - {street}', f'số {lane} / {number} {street}',
    ])  # fmt: skip
    return Meant(text([first, *target.parts.units()]), target)


def _lane_alone(world: World, chance: random.Random) -> Meant:
    target = world.house_like(chance, '/')
    lane = target.parts.number.rpartition('/')[0]
    street = chance.choice([bare(target.parts.street, TYPES), uncapitalised(target.parts.street)])
    return Meant(text([f'{chance.choice(["Ngõ", "ngõ", "Ngo"])} {lane} {street}', *target.parts.units()]),
                 replace(target, precision='street'))  # fmt: skip


def _lettered(world: World, chance: random.Random) -> Meant:
    target = world.house_like(chance, 'A')
    number = target.parts.number
    written = chance.choice([number.lower(), f'{number[:-1]} {number[-1]}', number, f'Số nhà {number}'])
    return Meant(text([f'{written} {target.parts.street}', *target.parts.units()]), target)


def _two_numbers(world: World, chance: random.Random) -> Meant:
    while not (target := world.house(chance)).parts.number.isdigit():
        pass
    number = int(target.parts.number)
    written = chance.choice([f'số {number}-{number + 2}', f'{number} - {number + 2}', f'{number}+{number + 2}'])
    return Meant(text([f'{written} {target.parts.street}', *target.parts.units()]), target)


def _no_such_street(world: World, chance: random.Random) -> Meant:
    target = replace(world.house(chance), precision='commune')
    parts = replace(target.parts, street=f'Đường {chance.choice(NO_STREETS)}')
    return Meant(text(clean(parts, chance)), target)


def _in_wrong_commune(world: World, chance: random.Random) -> Meant:
    """The commune beside the right one, which has no street of this name; number and street are clear without it."""
    target = world.house_in_one_town(chance)
    wrong = world.communes[chance.choice(world.without_street(target))].unit.name
    return Meant(text(clean(replace(target.parts, commune=wrong), chance)), target)


def _with_more_words(pieces: list[str], chance: random.Random) -> str:
    """Something near it, somebody's name, or a telephone number."""
    near = f'{chance.choice(NEAR)} {chance.choice(["chợ", "cây xăng", "nhà văn hóa", "trường học", "cổng làng"])}'
    phone = f'{chance.choice(["ĐT: ", "SĐT ", "đt ", ""])}09{chance.randrange(10**7, 10**8)}'
    return chance.choice([
        text([*pieces, phone]), f'{text(pieces)} ({near})', text([pieces[0], near, *pieces[1:]]),
        f'{near}, {text(pieces)}', f'{text(pieces)} - gặp chị Hoa', f'{text(pieces)} {phone}',
        f'Địa chỉ: {text(pieces)}', f'{text(pieces)}, Việt Nam',
    ])  # fmt: skip


def _several(world: World, chance: random.Random) -> Meant:
    """A slip in the street, and two things more: abbreviations and no accents, capitals and other words, and so on."""
    target = world.house_on_named_street(chance)
    parts = _with_street(target.parts, world, chance)
    first = abbreviated(parts, chance).split(', ') if chance.random() < 0.5 else clean(parts, chance)
    second = _with_more_words(first, chance) if chance.random() < 0.5 else text(first)
    return Meant(chance.choice((without_accents, str.upper, str.lower, _without_commas))(second), target)


def _without_commas(written: str) -> str:
    return written.replace(',', '')


def _elsewhere(world: World, chance: random.Random) -> Meant:
    """A house in another province; its street may have the name of one of this province's."""
    return Meant(text([head(world.house(chance).parts, chance), chance.choice(ELSEWHERE)]), None)


def _some(texts: tuple[str, ...]) -> Write:
    return lambda _, chance: Meant(chance.choice(texts), None)


KINDS: dict[str, Write] = {
    'clean': _plain(str),
    'without accents': _plain(without_accents),
    'abbreviated': _abbreviated,
    'without commas': _plain(_without_commas),
    'in capitals': _plain(str.upper),
    'street misspelt': _street_misspelt,
    'commune misspelt': _commune_misspelt,
    'Telex keys': _in_telex,
    'parts in another order': _changed(_wrong_order),
    'without commune': _without_commune,
    'without district': _without_district,
    'commune of another day': _of_another_day,
    'no such house number': _no_such_number,
    'lanes, letters, two numbers': _odd_number,
    'no such street': _no_such_street,
    'street of another commune': _in_wrong_commune,
    'marks and blanks': _changed(with_marks),
    'Icelandic letter for Đ': _with_eth,
    'more words': _changed(_with_more_words),
    'several mistakes': _several,
    'in another province': _elsewhere,
    'nonsense': _some(NONSENSE),
    'empty': _some(EMPTY),
}
