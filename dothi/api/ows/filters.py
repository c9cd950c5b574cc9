"""CQL_FILTER, which GeoServer brought into use: a filter for each of LAYERS, here in CQL2."""

import re

from dothi.api.http.client_filter import ClientFilter, parse_filter
from dothi.api.ows.contents import Leaf
from dothi.api.ows.errors import InvalidParameterValue
from dothi.api.ows.parameters import OwsParameters
from dothi.core.cql2.errors import BadFilter, UnknownProperty
from dothi.core.layer import Layer

NAME, ALL = 'CQL_FILTER', 'INCLUDE'
# A semicolon within quotes belongs to the text.
ONE_FILTER = re.compile(r"""(?:[^;'"]|'[^']*'|"[^"]*")+""")


def read_filters(parameters: OwsParameters, layers: tuple[tuple[Leaf, str, str], ...]) -> dict[str, ClientFilter]:
    """The filters by layer, in CRS84; raises InvalidParameterValue for one that does not fit its layer."""
    text = parameters.text(NAME)
    if not text:
        return {}
    names, texts = parameters.names('LAYERS'), ONE_FILTER.findall(text)
    if len(texts) != len(names):
        raise _wrong_filter(
            f'có {len(texts)} bộ lọc cho {len(names)} lớp; tách bằng dấu chấm phẩy, {ALL} là không lọc.',
            f'{len(texts)} filters for {len(names)} layers; separate them by semicolons, {ALL} filters nothing.',
        )
    by_name = dict(zip(names, texts, strict=True))
    return {
        leaf.name: _parse_filter(leaf.data, by_name[name].strip())
        for leaf, _, name in layers
        if by_name[name].strip().upper() != ALL
    }


def _parse_filter(data: object, text: str) -> ClientFilter:
    if not isinstance(data, Layer):
        raise _wrong_filter('raster không có thuộc tính để lọc.', 'a coverage has no columns to filter by.')
    try:
        parsed = parse_filter(text)
        parsed.check(data)
    except (BadFilter, UnknownProperty) as error:
        raise _wrong_filter(error.text.vi, error.text.en) from None
    return parsed


def _wrong_filter(vi: str, en: str) -> InvalidParameterValue:
    return InvalidParameterValue(vi=f'{NAME}: {vi}', en=f'{NAME}: {en}', locator=NAME)
