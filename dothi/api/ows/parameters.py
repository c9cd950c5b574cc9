"""The parameters of a request for WMS or WMTS: names in any case, errors by the standards' codes."""

from collections.abc import Iterable, Iterator, Mapping

from dothi.api.http.parameters import BadParameter, quote_parameter
from dothi.api.http.parsers import Parser
from dothi.api.maps.formats import MEDIA_TYPES, TILES
from dothi.api.ows.errors import (
    InvalidFormat,
    InvalidParameterValue,
    MissingParameterValue,
    OperationNotSupported,
    unknown_value,
)
from dothi.cartography.mapping.picture import Format


class OwsParameters:
    """What a request asks for. A parameter that is there without a value counts as left out."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Raises InvalidParameterValue for a NUL, and for a parameter that has two values."""
        self._values: dict[str, str] = {}
        for name, value in pairs:
            first = self._values.setdefault(name.upper(), value)
            if first != value or '\x00' in value:
                what = quote_parameter(name, value).replace('\x00', '')
                raise InvalidParameterValue(
                    vi=f'{what}: có ký tự NUL hoặc có hai giá trị khác nhau.',
                    en=f'{what}: contains the character NUL, or is given twice with two values.',
                    locator=name.upper(),
                )

    def __contains__(self, name: str) -> bool:
        """Whether the request has the parameter, with or without a value."""
        return name in self._values

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """The names of the parameters in capitals, with their values."""
        return iter(self._values.items())

    def text(self, name: str, default: str = '') -> str:
        """The value of the parameter, or `default` where it is left out."""
        return self._values.get(name, '').strip() or default

    def required(self, name: str) -> str:
        """The value of the parameter; raises MissingParameterValue where it is left out."""
        value = self.text(name)
        if not value:
            raise MissingParameterValue(
                vi=f'Thiếu tham số {name}.', en=f'The parameter {name} is missing.', locator=name
            )
        return value

    def either(self, *names: str) -> str:
        """The value under the first of `names` that has one; raises MissingParameterValue that speaks of the first."""
        values = [value for name in names if (value := self.text(name))]
        return values[0] if values else self.required(names[0])

    def names(self, name: str) -> list[str]:
        """Parse a comma-separated list of names; an empty name stays in its place."""
        return [part.strip() for part in self._values.get(name, '').split(',')]

    def read[T](self, name: str, parse: Parser[T], default: str | None = None) -> T:
        """The value of the parameter; raises InvalidParameterValue, MissingParameterValue.

        default: the text of a parameter that is left out, None where it must be there.
        """
        text = self.required(name) if default is None else self.text(name, default)
        try:
            return parse(name, text)
        except BadParameter as error:
            raise InvalidParameterValue(error.text.vi, error.text.en, name) from None


# OGC 05-078r4, 6.3: styles and data that the client brings along.
STYLED = ('SLD', 'SLD_BODY', 'REMOTE_OWS_TYPE', 'REMOTE_OWS_URL', 'WFS')
# Where an address is a name (of a coordinate system), or a text to compare with.
NAMES = ('CRS', 'SRS', 'TILEMATRIXSET', 'CQL_FILTER')


def refuse_addresses(parameters: OwsParameters) -> None:
    """Raises OperationNotSupported for styles that the client brings, InvalidParameterValue for any other address."""
    for name in STYLED:
        if parameters.text(name):
            raise OperationNotSupported(
                vi=f'{name}: không nhận kiểu vẽ hay dữ liệu của máy khách. Chọn một kiểu vẽ trong STYLES.',
                en=f'{name}: styles and data of the client are not taken. Choose one of the styles by STYLES.',
                locator=name,
            )
    for name, value in parameters:
        if '://' in value and name not in NAMES:
            raise InvalidParameterValue(
                vi=f'{name}: không nhận địa chỉ; máy chủ không tải gì từ nơi khác.',
                en=f'{name}: addresses are not taken; the server fetches nothing from elsewhere.',
                locator=name,
            )


# Older desktops know GeoTIFF by its plain type.
MAP_FORMATS: dict[str, Format] = {kind.partition(';')[0]: name for name, kind in MEDIA_TYPES.items()}
# Media types with the endings of their addresses.
TILE_ENDINGS = {MEDIA_TYPES[name]: 'jpg' if name == 'jpeg' else name for name in TILES}
INFO_ENDINGS = {'text/html': 'html', 'text/plain': 'txt', 'application/json': 'json'}
LEGEND_FORMATS = {'image/png': 'png', 'application/json': 'json'}
# Ways to say PNG that older clients have kept from other servers.
ALSO = {
    'image/jpg': 'image/jpeg',
    'image/png8': 'image/png',
    'image/png; mode=8bit': 'image/png',
    'image/png; mode=24bit': 'image/png',
    'image/png; mode=32bit': 'image/png',
    'image/geotiff': 'image/tiff',
    # an unescaped + arrives as a space
    'image/svg xml': 'image/svg+xml',
}


def picture_format(text: str, offered: Iterable[str], locator: str) -> str:
    """The media type that is asked for; raises InvalidFormat with the nearest one."""
    media_type = ALSO.get(text.lower(), text.lower())
    if media_type not in offered:
        raise unknown_value(
            InvalidFormat, locator, text, offered, 'không có định dạng này.', 'there is no such format.'
        )
    return media_type


def format_ending(ending: str, offered: Mapping[str, str]) -> str:
    """The media type that belongs to a file ending; raises InvalidFormat."""
    by_ending = {own_ending: media_type for media_type, own_ending in offered.items()}
    return by_ending[ending] if ending in by_ending else picture_format(ending, by_ending, 'FORMAT')
