"""From what has styles to them."""

from typing import Any

from dothi.api.http.documents import OGC, link
from dothi.api.http.language import HTML, JSON
from dothi.core.text import Text

STYLES = Text(vi='Các kiểu vẽ', en='Styles')
LEGEND = Text(vi='Chú giải', en='Legend')


def styles_links(path: str = '') -> list[dict[str, Any]]:
    """The links of what has styles (below `path`) to them."""
    return [
        link(f'{OGC}/styles', JSON, STYLES, f'{path}/styles?f=json'),
        link(f'{OGC}/styles', HTML, STYLES, f'{path}/styles?f=html'),
    ]


def legend_links(path: str) -> list[dict[str, Any]]:
    """The links of a style at `path` to its legend, as a document and as a picture."""
    forms = {'json': JSON, 'png': 'image/png'}
    return [link(f'{OGC}/legend', kind, LEGEND, f'{path}/legend?f={form}') for form, kind in forms.items()]
