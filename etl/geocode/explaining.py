"""Why an address was placed where it was, and what makes it doubtful, in words."""

from dothi.core.text import Text
from etl.geocode.elsewhere import (
    ends_in_unknown_name,
    names_another_province,
    names_crossing,
    names_two_houses,
    names_unknown_unit,
)
from etl.geocode.houses import names_row_of_houses
from etl.geocode.hypotheses import Hypothesis
from etl.geocode.readings import Readings, label_kinds

# Above this an address says something else than the place.
SURE_BELOW = 1.7
# A street that costs less than this is the one that is named.
KNOWN_BELOW = 0.5
# A longer street, or the communes of one old name, are no place to find something by.
LARGEST_STREET_M = 3000.0
# Who names a number means a house: a street that reaches farther from its middle is no answer to that.
LARGEST_STREET_OF_HOUSE_M = 500.0

_NO_SUCH_NUMBER = Text(vi='Không có nhà số {number} ở đường này.', en='The street has no house {number}.')
_SEVERAL = Text(vi='Đường này có nhiều nhà số {number}.', en='The street has several houses {number}.')
_LONG_STREET = Text(
    vi='{street} dài, nên chỉ biết đến đơn vị này.', en='{street} is long, so only the unit is certain.'
)
TOO_LONG = Text(vi='Địa chỉ quá dài, phần cuối không được đọc.', en='It is too long, and its end was not read.')


def doubts(readings: Readings, best: Hypothesis, rivals: list[Hypothesis], *, house_elsewhere: bool) -> list[Text]:
    """What speaks against the best place; it is sure where nothing does.

    house_elsewhere: whether the street that is named has the number in another unit than that which is named.
    """
    reasons = {
        Text(vi='Nơi khác cũng khớp.', en='Other places fit as well.'): bool(rivals),
        Text(vi='Địa chỉ khác nhiều với nơi gần nhất.', en='It differs much from the nearest place.'):
            best.cost >= SURE_BELOW,
        Text(vi='Có tên đơn vị hành chính không được biết.', en='It names an administrative unit that is not known.'):
            names_unknown_unit(readings),
        Text(vi='Có tên một tỉnh khác.', en='It names another province.'): names_another_province(readings, best),
        Text(vi='Có tên không được biết sau nơi này.', en='A name behind the place is not known.'):
            ends_in_unknown_name(readings, best),
        Text(vi='Có hai số nhà ở hai đường.', en='It names houses of two streets.'): names_two_houses(readings, best),
        Text(vi='Có tên hai đường.', en='It names two streets.'): names_crossing(readings, best),
        Text(vi='Đường dài, không rõ đoạn nào.', en='The street is long, and which part is not said.'):
            best.precision == 'street' and not best.queries and best.area.radius_m > LARGEST_STREET_M,
        Text(vi='Không có nhà số đó, và đường dài.', en='No house has that number, and the street is long.'):
            best.precision == 'street' and bool(best.queries) and best.area.radius_m > LARGEST_STREET_OF_HOUSE_M,
        Text(vi='Nêu nhiều nhà, không phải một.', en='It names a row of houses, not one.'):
            names_row_of_houses(readings.words),
        Text(vi='Không rõ là đường hay đơn vị hành chính.', en='It may name a street or a unit.'):
            _may_be_unit(readings, best),
        Text(vi='Số nhà đó có ở đơn vị khác.', en='That number of the street is in another unit.'):
            best.precision == 'street' and house_elsewhere,
        Text(vi='Đường đó được biết ở đơn vị khác.', en='That street is known in another unit.'):
            best.names_a_street and any(street.cost < KNOWN_BELOW for street in readings.streets),
    }  # fmt: skip
    return [text for text, holds in reasons.items() if holds]


def _may_be_unit(readings: Readings, best: Hypothesis) -> bool:
    """Whether the best is a street whose label, `P.`, may as well announce the ward of this name."""
    labels = label_kinds(readings.words, best.span)
    units = (unit for unit in readings.units if unit.span == best.span and unit.cost < KNOWN_BELOW)
    return best.street is not None and 'commune' in labels and any(units)


def evidence(readings: Readings, best: Hypothesis) -> list[Text]:
    """What was read otherwise than it is written, and what of the address is not known."""
    written = ' '.join(word.written for word in readings.words[best.span.start : best.span.end])
    texts = []
    if best.edits:
        texts.append(
            Text(vi='“{written}” được hiểu là {label}.', en='“{written}” is read as {label}.').format(
                written=written, label=best.label
            )
        )
    if best.precision == 'street' and best.queries:
        number = best.queries[0].number
        texts.append((_SEVERAL if best.houses_alike else _NO_SUCH_NUMBER).format(number=number))
    if best.precision == 'commune' and best.street:
        texts.append(_LONG_STREET.format(street=best.street.name))
    if best.precision == 'commune' and best.names_a_street:
        texts.append(
            Text(vi='Đơn vị này chưa có tên đường hoặc địa điểm đó.', en='The unit has no such street or place as yet.')
        )
    return texts


def nothing_known(readings: Readings) -> Text:
    """Why there is no place."""
    if not readings.words:
        return Text(vi='Không có địa chỉ.', en='There is no address.')
    return Text(vi='Không tên nào trong địa chỉ được biết.', en='No name in the address is known.')
