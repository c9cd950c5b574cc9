"""The part of a layer that a delivery may change: all of it, or the inside of one unit."""

from typing import Any

from dothi.core.errors import WrongUse
from dothi.core.locality import Locality
from etl.desk.options import DeliveryOptions
from etl.reference import Units


class UnknownUnit(WrongUse):
    """No released unit has this code."""


def scope_polygon(options: DeliveryOptions, units: list[Units], locality: Locality) -> Any:
    """The polygon of the unit that the delivery is limited to, or None for the whole layer.

    Raises UnknownUnit where no unit layer has a release, or none of them has the code.
    """
    if options.unit is None:
        return None
    for layer in units:
        polygon = layer.polygon(options.unit)
        if polygon is not None:
            return polygon
    names = ', '.join(locality.place.unit_layers) or '–'
    if not units:
        raise UnknownUnit(
            vi=f'Chưa có ranh giới đơn vị nào được phát hành (lớp {names}), nên không biết {options.scope} ở đâu. '
            'Giao lớp ranh giới trước.',
            en=f'No unit boundaries are released yet (layers {names}), so the place of {options.scope} is not known. '
            'Deliver the boundaries first.',
        )
    raise UnknownUnit(
        vi=f'Không có đơn vị mã "{options.unit}" trong các lớp {names}. Kiểm tra mã.',
        en=f'No unit in the layers {names} has the code "{options.unit}". Check the code.',
    )
