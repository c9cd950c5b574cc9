"""The mark in a template: for which layer and locality, what the layer's columns were then, and its coordinates."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from dothi.core.errors import DataRefused
from dothi.core.layer import Layer
from dothi.core.text import AdvisedText, Text

MARK = re.compile(r'dothi:([a-z][a-z0-9_]{0,39}):([0-9a-f]{8}):(EPSG:\d{4,6})(?::([a-z][a-z0-9_]{0,39}))?')


@dataclass(frozen=True)
class Mark:
    """What a template says of itself. version: a hash of the layer's columns. crs: of the coordinates in it.

    locality: for which it was written; None in templates of before it was written down.
    """

    layer: str
    version: str
    crs: str
    locality: str | None = None

    def __str__(self) -> str:
        return ':'.join(filter(None, ['dothi', self.layer, self.version, self.crs, self.locality]))


def version_of(layer: Layer) -> str:
    """Changes with whatever a template is made from: names, types, ranges and values of the columns."""
    columns = {name: column.model_dump(mode='json', exclude={'sources'}) for name, column in layer.columns.items()}
    return hashlib.sha256(json.dumps([layer.geometry, columns], sort_keys=True).encode()).hexdigest()[:8]


def find_mark(rows: Sequence[Sequence[str]]) -> Mark | None:
    """The mark in one of the rows above a header, None where there is none.

    Commas behind it are cells of a program that took a table with semicolons for one with commas.
    """
    cells = (cell.strip().rstrip(',') for row in rows for cell in row)
    matches = (MARK.fullmatch(cell) for cell in cells if cell.startswith('dothi:'))
    match = next((match for match in matches if match), None)
    return Mark(match[1], match[2], match[3], match[4]) if match else None


def parse_mark(text: str | None) -> Mark | None:
    """The mark that `text` is, None for any other text."""
    return find_mark([[text]]) if text else None


class OtherTemplate(DataRefused):
    """The file was filled in as the template of another layer."""


def other_template(mark: Mark, layer: Layer) -> OtherTemplate:
    """The refusal of a template of another layer."""
    return OtherTemplate(
        vi=f'Tệp là mẫu của lớp {mark.layer}, không phải {layer.id}. Giao cho đúng lớp, hoặc lấy đúng mẫu.',
        en=f'The file is the template of {mark.layer} and not of {layer.id}. Send it for its own layer, or take the '
        'right template.',
        steward=Text(vi=f'Giao với --layer {mark.layer}.', en=f'Deliver it with --layer {mark.layer}.'),
    )


def of_other_locality(mark: Mark, locality: str) -> Text | None:
    """What the sender hears where the template was written for another locality, which may have other codes."""
    if mark.locality in {None, locality}:
        return None
    return Text(
        vi=f'Mẫu này được lập cho địa phương {mark.locality}, không phải {locality}: kiểm tra mã đơn vị và hệ tọa độ.',
        en=f'This template was made for the locality {mark.locality} and not for {locality}: check codes of units and '
        'the coordinate system.',
    )


def changed_since(mark: Mark, layer: Layer) -> AdvisedText | None:
    """What the sender hears where the layer's columns are not those that the template was made for any more."""
    if mark.version == version_of(layer):
        return None
    return AdvisedText(
        vi=f'Mẫu này được lập trước khi lớp {layer.id} thay đổi cột hoặc giá trị. Hãy lấy mẫu mới: '
        f'/api/collections/{layer.id}/template.',
        en=f'This template was made before columns or values of the layer {layer.id} changed. Take a new one: '
        f'/api/collections/{layer.id}/template.',
        steward=Text(vi=f'Hoặc: dothi template {layer.id}.', en=f'Or: dothi template {layer.id}.'),
    )
