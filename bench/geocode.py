"""How a corpus of addresses is placed: kind by kind what is right, left to a person, or wrong; and how fast."""

from collections.abc import Sequence
from math import dist
from time import perf_counter

from bench.addresses import KINDS, WrittenAddress, draw_addresses
from bench.chapters import Chapter, Goal, Judged
from demo.drawing import Demo
from dothi.core.database import connection
from dothi.core.locality import Locality
from etl.geocode.geocode import geocode
from etl.geocode.result import GeocodedAddress

# Coordinates of the layers are rounded.
ROUNDING_M = 1.0
RANK = {None: 0, 'commune': 1, 'street': 2, 'place': 3, 'house': 3, 'corrected': 3}
MOST_WRONG, LEAST_CLEAN, LEAST_A_SECOND = 0.01, 0.95, 100
TIMES = 10


def geocoding(demo: Demo, locality: Locality) -> Chapter:
    """The corpus of the demo, placed by the names and houses of the running instance."""
    corpus = draw_addresses(demo, locality.path)
    texts = [address.text for address in corpus]
    with connection('reader_internal') as db:
        answers = geocode(db, locality, texts)
        began = perf_counter()
        geocode(db, locality, texts * TIMES)
        rate = len(texts) * TIMES / (perf_counter() - began)
    judged = judge(corpus, answers)
    place = locality.place.title.en
    title = f'{len(corpus):,} addresses of {place} as offices write them, {len(demo.buildings):,} buildings'
    return Chapter(title, goals=_goals(judged, rate), judged=judged)


def judge(corpus: Sequence[WrittenAddress], answers: Sequence[GeocodedAddress]) -> list[Judged]:
    """For each kind of the corpus how its addresses were answered; answers: in the order of the corpus."""
    judged = {kind: Judged(kind) for kind in KINDS}
    for address, answer in zip(corpus, answers, strict=True):
        kind, word = judged[address.kind], verdict(address, answer)
        kind.right += word == 'right'
        kind.unsure += word == 'unsure'
        kind.wrong += word == 'wrong'
        kind.precise += word == 'right' and RANK[answer.precision] >= RANK[address.precision]
    return [kind for kind in judged.values() if kind.count]


def verdict(address: WrittenAddress, answer: GeocodedAddress) -> str:
    """'right' where it is sure and the true place lies within the stated radius, 'wrong' where it is sure and does not.

    Everything else is 'unsure'; but to place nothing is right where the text names no place of the province.
    """
    if answer.point is None or answer.radius_m is None:
        return 'right' if address.point is None else 'unsure'
    if not answer.sure:
        return 'unsure'
    within = address.point is not None and dist(address.point, answer.point) <= answer.radius_m + ROUNDING_M
    return 'right' if within else 'wrong'


def _goals(judged: list[Judged], rate: float) -> list[Goal]:
    count, wrong = sum(kind.count for kind in judged), sum(kind.wrong for kind in judged)
    clean = next(kind for kind in judged if kind.kind == 'clean')
    return [
        Goal(f'wrong: at most {MOST_WRONG:.0%}', f'{wrong / count:.1%}', wrong <= MOST_WRONG * count),
        Goal(
            f'clean: at least {LEAST_CLEAN:.0%} right',
            f'{clean.right / clean.count:.1%}',
            clean.right >= LEAST_CLEAN * clean.count,
        ),
        Goal(f'at least {LEAST_A_SECOND} rows a second', f'{rate:,.0f} rows a second', rate >= LEAST_A_SECOND),
    ]
