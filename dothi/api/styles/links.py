"""From what has styles to them."""

from typing import Any

from dothi.api.documents import OGC, link
from dothi.api.language import HTML, JSON
from dothi.core.text import Text

STYLES = Text(vi='Các kiểu vẽ', en='Styles')


def styles_links(path: str = '') -> list[dict[str, Any]]:
    """The links of what has styles (below `path`) to them."""
    return [
        link(f'{OGC}/styles', JSON, STYLES, f'{path}/styles?f=json'),
        link(f'{OGC}/styles', HTML, STYLES, f'{path}/styles?f=html'),
    ]
