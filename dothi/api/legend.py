"""The legend of a layer, from its style: what each colour means, topmost first."""

import re
from typing import Any

from dothi.api.style_file import Part, Value
from dothi.core.layer import Layer
from dothi.core.text import Text

TRANSPARENT = re.compile(r'(rgba|hsla)\([^)]*,\s*0(\.0+)?\)|transparent')


def entries(layer: Layer, parts: list[Part]) -> list[dict[str, Any]]:
    """One entry per name: of two parts with the same name the topmost stays, and a line below it is its casing."""
    found: dict[str, dict[str, Any]] = {}
    for part in reversed(parts):
        if part.kind != 'label':
            for entry in _of_part(layer, part):
                top = found.setdefault(entry['label']['vi'], entry)
                if top is not entry and top['kind'] == part.kind == 'line':
                    top['outline'] = top['outline'] or entry['color']
    return list(found.values())


def _of_part(layer: Layer, part: Part) -> list[dict[str, Any]]:
    if part.by:
        by, within = part.by, [_called(layer, column, value) for column, value in part.where.items()]
        return [_entry(part, _joined([*within, _called(layer, by.column, v)]), color) for v, color in by.values.items()]
    if TRANSPARENT.fullmatch(part.color):
        return []
    if part.where:
        ((column, value),) = list(part.where.items())[:1]
        return [_entry(part, _called(layer, column, value), part.color)]
    return [_entry(part, layer.title, part.color)]


def _joined(texts: list[Text]) -> Text:
    return Text(vi=': '.join(text.vi for text in texts), en=': '.join(text.en for text in texts))


def _called(layer: Layer, column: str, value: Value) -> Text:
    """The value's title in the column's domain, else the value with the column's unit."""
    described = layer.columns[column]
    if described.domain and str(value) in described.domain:
        return described.domain[str(value)]
    if isinstance(value, bool):
        return described.title
    text = f'{value} {described.unit}' if described.unit else str(value)
    return Text(vi=text, en=text)


def _entry(part: Part, label: Text, color: str) -> dict[str, Any]:
    return {
        'label': label.model_dump(),
        'kind': part.kind,
        'color': color,
        'outline': part.outline,
        'dash': part.dash,
    }
