"""The limits between the classes of a column, from the data of the current release."""

import math
from collections.abc import Callable
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.cartography.style.style_file import Classes, Part
from dothi.core.cql2.geometry import IN_CRS84
from dothi.core.cql2.where import Translator
from dothi.core.layer import Audience, Layer
from dothi.core.layer_source import source
from dothi.core.locality import Locality

# So many evenly ranked values stand for a column when natural breaks are sought, which takes time by their square.
SAMPLE = 1_000
NICE_STEPS = (1, 2, 2.5, 5, 10)

type Breaks = Callable[[Part], list[float]]
type Values = Callable[[list[float]], list[float]]


def class_breaks(db: Connection, layer: Layer, locality: Locality, audience: Audience) -> Breaks:
    """What gives the limits of the classes of a style's part, lowest first, from the rows that it draws now.

    They are none where the column has no values, and fewer than asked where many values are alike.
    """

    def limits(part: Part) -> list[float]:
        classes = part.classes
        if classes is None or classes.breaks is not None:
            return list(classes.breaks or []) if classes else []
        condition = sql.SQL('true') if part.condition is None else translator.condition(part.condition)
        return breaks_of(
            classes.method, len(classes.colors), lambda shares: _quantiles(db, rows, condition, classes, shares)
        )

    rows, translator = source(layer, locality, audience), Translator(layer, locality.srid, audience, IN_CRS84)
    return limits


def breaks_of(method: str, count: int, quantiles: Values) -> list[float]:
    """The limits between about `count` classes. quantiles: the values below which these shares of all lie."""
    if not (ends := quantiles([0, 1])) or ends[0] == ends[1]:
        return []
    breaks = METHODS[method](count, ends[0], ends[1], quantiles)
    return sorted({limit for limit in breaks if ends[0] < limit <= ends[1]})


def equal(count: int, low: float, high: float, _quantiles: Values) -> list[float]:
    """Classes of the same width."""
    return [low + (high - low) * number / count for number in range(1, count)]


def quantile(count: int, _low: float, _high: float, quantiles: Values) -> list[float]:
    """Classes of as many features each."""
    return quantiles([number / count for number in range(1, count)])


def pretty(count: int, low: float, high: float, _quantiles: Values) -> list[float]:
    """Multiples of 1, 2, 2.5 or 5 times a power of ten, so that about `count` classes come out."""
    rough = (high - low) / count
    power = 10 ** math.floor(math.log10(rough))
    step = min((nice * power for nice in NICE_STEPS), key=lambda one: abs((high - low) / one - count))
    first = math.floor(low / step) + 1
    # rounded, since a multiple of 0.1 has more digits than it should
    return [round(number * step, 12) for number in range(first, math.ceil(high / step))]


def jenks(count: int, _low: float, _high: float, quantiles: Values) -> list[float]:
    """Natural breaks (Fisher 1958, Jenks 1977): the least squares within the classes, of a sample of the values.

    A limit is the lowest value of its class.
    """
    # loaded by those who need it: it is compiled
    import jenkspy  # type: ignore[import-untyped]

    values = sorted(quantiles([number / (SAMPLE - 1) for number in range(SAMPLE)]))
    classes = min(count, len(set(values)))
    if classes < 2:
        return []
    # jenkspy gives the highest value of each class; the next one begins the class above
    tops = jenkspy.jenks_breaks(values, n_classes=classes)[1:-1]
    return [next(value for value in values if value > top) for top in tops]


METHODS: dict[str, Callable[[int, float, float, Values], list[float]]] = {
    'equal': equal, 'quantile': quantile, 'pretty': pretty, 'jenks': jenks,
}  # fmt: skip


def _quantiles(
    db: Connection, rows: sql.Composable, values: sql.Composable, classes: Classes, shares: list[float]
) -> list[float]:
    # what is not a number is greater than all to PostgreSQL, and no limit of a class can be
    # the values stand in the statement: a column may be called "50 %", which a statement with values apart cannot say
    statement = sql.SQL(
        """select percentile_disc({shares}::float8[]) within group (order by {value}::float8) from {rows} as f
           where ({drawn}) and {value}::float8 > '-infinity' and {value}::float8 < 'infinity'"""
    ).format(shares=sql.Literal(shares), value=sql.Identifier(classes.column), rows=rows, drawn=values)
    with db.cursor() as cursor:
        cursor.execute(statement)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return [float(value) for value in row[0]] if row and row[0] and row[0][0] is not None else []
