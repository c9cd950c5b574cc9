"""The formats of a map, by `f` or by the header Accept."""

from flask import request

from dothi.api.http.language import HTML, unknown_format
from dothi.api.http.parameters import F
from dothi.cartography.mapping.picture import Format

GEOTIFF = 'image/tiff; application=geotiff'
# The first is what a client gets that names none.
MEDIA_TYPES: dict[Format, str] = {
    'png': 'image/png',
    'webp': 'image/webp',
    'jpeg': 'image/jpeg',
    'tiff': GEOTIFF,
    'svg': 'image/svg+xml',
    'pdf': 'application/pdf',
}
BY_TYPE: dict[str, Format | str] = {media_type: name for name, media_type in MEDIA_TYPES.items()} | {
    'image/tiff': 'tiff', 'image/jpg': 'jpeg', HTML: 'html',
}  # fmt: skip
PICTURES: tuple[Format, ...] = tuple(MEDIA_TYPES)
TILES: tuple[Format, ...] = ('png', 'webp', 'jpeg')
# A browser that opens a page names this type. Java's HTTP client, of which OGC's tests are made, asks for text/html
# and image/jpeg alike whatever it is after, so a page comes second there.
PAGE = 'application/xhtml+xml'


def wanted_form(offered: tuple[Format, ...] = PICTURES, *, page: bool = True) -> str:
    """One of `offered`, or `html`; by `f` (a name or a media type), else by Accept, else the first.

    Raises UnknownFormat for another `f`.
    """
    names = [*offered, *(['html'] if page else [])]
    if F.text:
        # an unescaped + arrives as a space
        form = BY_TYPE.get(F.text.replace('svg xml', 'svg+xml'), F.text)
        if form not in names:
            raise unknown_format(F.text, names)
        return form
    return _accepted_form(names)


def _accepted_form(offered: list[str]) -> str:
    accepted = request.accept_mimetypes
    pictures = {media_type: name for media_type, name in BY_TYPE.items() if name in offered and name != 'html'}
    best = accepted.best_match(pictures)
    if 'html' in offered and accepted[HTML] > 0:
        opens_a_page = accepted.quality(PAGE) >= 1 and PAGE in [value for value, _ in accepted]
        if best is None or opens_a_page or accepted[HTML] > accepted[best]:
            return 'html'
    return pictures[best] if best else offered[0]
