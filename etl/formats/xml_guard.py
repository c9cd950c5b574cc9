"""XML looked through before GDAL opens it: no entities, no links to follow, well-formed to its end."""

import re
from pathlib import PurePosixPath
from typing import Any
from xml.parsers import expat

from dothi.core.limit_settings import LimitSettings
from dothi.core.numbers import number_vi
from etl.formats.errors import ForeignReference, TooLarge, UnreadableFile
from etl.formats.item import Item

BLOCK_BYTES = 1 << 20
# GDAL's readers call themselves for each level.
DEEPEST = 200
# Descriptions of sources elsewhere, such as OGRVRTDataSource, OGRWFSDataSource and VRTDataset.
POINTS = re.compile('OGR.*DataSource|VRTDataset|GDAL_?W', re.IGNORECASE)
# What an XML schema takes from another document, and GDAL follows.
SCHEMA_PARTS = frozenset({'include', 'redefine', 'override'})


def must_stand_alone(item: Item, root: str | None = None, packed: bool = False) -> None:
    """Raises a DataRefused where the XML in `item` is damaged, or would have anything else opened.

    root: the name of its first element, where the format has one. packed: whether it may link what is packed with it.
    """
    must_fit_in_memory(item)
    parser = expat.ParserCreate(namespace_separator=' ')
    _Watch(item, root, packed).over(parser)
    try:
        with item.open() as opened:
            while block := opened.read(BLOCK_BYTES):
                parser.Parse(block, False)
            parser.Parse(b'', True)
    except (expat.ExpatError, LookupError, UnicodeError) as error:
        raise UnreadableFile(
            vi=f'{item.name}: XML hỏng ({error}). Xuất lại và gửi lại.',
            en=f'{item.name}: the XML is damaged ({error}). Export it again and resend.',
        ) from None


def must_fit_in_memory(item: Item) -> None:
    """Raises TooLarge for a file of a format that is read as a whole."""
    size_mb, limit_mb = item.size / 1e6, LimitSettings().max_document_mb
    if size_mb > limit_mb:
        raise TooLarge(
            vi=f'{item.name} quá lớn ({number_vi(size_mb, ",.0f")} MB; tối đa {number_vi(limit_mb)} MB). Gửi dạng '
            'GeoPackage.',
            en=f'{item.name} is too large ({size_mb:,.0f} MB; at most {limit_mb:,} MB). Send a GeoPackage.',
        )


class _Watch:
    """What is looked at while the parser goes through."""

    def __init__(self, item: Item, root: str | None, packed: bool) -> None:
        self.item = item
        self.packed = packed
        self.root = root
        self.seen_root = False
        self.inside: list[str] = []
        self.text = ''

    def over(self, parser: Any) -> None:
        parser.StartDoctypeDeclHandler = lambda *_: self._refuse('DOCTYPE')
        parser.EntityDeclHandler = lambda *_: self._refuse('ENTITY')
        parser.StartElementHandler = self._element
        parser.EndElementHandler = self._leave
        parser.CharacterDataHandler = self._handle_text

    def _leave(self, _: str) -> None:
        left = self.inside.pop()
        if left == 'href' and 'NetworkLink' in self.inside:
            self._must_be_packed(self.text)

    def _handle_text(self, text: str) -> None:
        if self.inside and self.inside[-1] == 'href':
            self.text += text

    def _must_be_packed(self, link: str) -> None:
        """A KMZ links its documents to one another; all other links of KML lead away."""
        path = PurePosixPath(link.strip())
        if not self.packed or ':' in link or path.is_absolute() or '..' in path.parts:
            self._refuse(f'NetworkLink {link.strip()}')

    def _element(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(' ')[2]
        if name == 'href':
            self.text = ''
        if len(self.inside) >= DEEPEST:
            self._refuse(f'> {DEEPEST} <{name}>')
        if not self.seen_root:
            self.seen_root = True
            if (self.root and name != self.root) or POINTS.match(name):
                raise UnreadableFile(
                    vi=f'{self.item.name} không phải là {self.item.suffix} mà là <{name}>. Xuất lại và gửi lại.',
                    en=f'{self.item.name} is no {self.item.suffix} file but <{name}>. Export it again and resend.',
                )
        self.inside.append(name)
        if name in SCHEMA_PARTS and 'schemaLocation' in attributes:
            self._refuse(attributes['schemaLocation'])
        for key, value in attributes.items():
            if _leads_away(key.rpartition(' ')[2], value):
                self._refuse(value)

    def _refuse(self, what: str) -> None:
        raise ForeignReference(
            vi=f'{self.item.name} trỏ tới dữ liệu ở nơi khác ({what}). Lưu toàn bộ dữ liệu vào một tệp rồi gửi lại.',
            en=f'{self.item.name} refers to something outside itself ({what}). Save all of the data into one file.',
        )


def _leads_away(attribute: str, value: str) -> bool:
    """Whether GDAL might open what an attribute names. A schema on the web is only its name, and is not fetched."""
    if attribute == 'schemaLocation':
        places = value.split()[1::2]
        return any(re.search(r'[/\\]', place) and not re.match(r'https?://', place) for place in places)
    return attribute == 'href' and not value.startswith(('#', 'urn:'))
