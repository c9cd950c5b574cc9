"""The formats of pictures."""

from collections.abc import Iterable, Mapping

from dothi.api.http.parameters import quote_parameter
from dothi.api.ows.errors import InvalidFormat
from dothi.cartography.mapping.picture import Format
from dothi.core.errors import did_you_mean

MAP_FORMATS: dict[str, Format] = {
    'image/png': 'png',
    'image/jpeg': 'jpeg',
    'image/webp': 'webp',
    'image/tiff': 'tiff',
    'image/svg+xml': 'svg',
    'application/pdf': 'pdf',
}
# Media types with the endings of their addresses.
TILE_ENDINGS = {'image/png': 'png', 'image/jpeg': 'jpg', 'image/webp': 'webp'}
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
}


def picture_format(text: str, offered: Iterable[str], locator: str) -> str:
    """The media type that is asked for; raises InvalidFormat with the nearest one."""
    media_type = ALSO.get(text.lower(), text.lower())
    if media_type not in offered:
        hint = did_you_mean(media_type, offered)
        raise InvalidFormat(
            vi=f'{quote_parameter(locator, text)}: không có định dạng này. {hint.vi}',
            en=f'{quote_parameter(locator, text)}: there is no such format. {hint.en}',
            locator=locator,
        )
    return media_type


def format_ending(ending: str, offered: Mapping[str, str]) -> str:
    """The media type that belongs to a file ending; raises InvalidFormat."""
    by_ending = {own_ending: media_type for media_type, own_ending in offered.items()}
    return by_ending[ending] if ending in by_ending else picture_format(ending, by_ending, 'FORMAT')
