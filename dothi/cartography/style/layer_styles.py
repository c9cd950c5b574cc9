"""The styles of a layer: its style file, read and held against the columns of the layer."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from dothi.cartography.style import conditions
from dothi.cartography.style.style_file import DEFAULT, Part, Style, StyleFile
from dothi.core.cql2.geometry import IN_CRS84
from dothi.core.cql2.where import Translator
from dothi.core.errors import DothiError, did_you_mean
from dothi.core.layer import Layer
from dothi.core.locality_file import BadLocalityFile, parse_file
from dothi.core.locality_folder import locality_file
from dothi.core.text import Text

# What a layer without a style file of its own looks like.
PLAIN = {
    'Point': Part(kind='marker', color='#4a7a8c', size=8),
    'LineString': Part(kind='line', color='#4a7a8c', width=1.5),
    'Polygon': Part(kind='fill', color='rgba(74, 122, 140, 0.3)', outline='#4a7a8c'),
}


def styles_of(layer: Layer, locality_path: Path) -> StyleFile:
    """The styles that the layer names, or a plain one; raises BadLocalityFile with file, key and fix."""
    file = style_path(layer, locality_path)
    try:
        changed = file.stat().st_mtime_ns
    except FileNotFoundError:
        return StyleFile(styles={DEFAULT: Style(parts=[PLAIN[layer.geometry.removeprefix('Multi')]])})
    return _fitting(file, changed, _Columns(layer))


def style_path(layer: Layer, locality_path: Path) -> Path:
    """The path of the layer's style file, whether or not there is one."""
    return locality_file(locality_path, f'styles/{layer.publish.style}.yml')


def has_labels(layer: Layer, locality_path: Path) -> bool:
    """Whether a style of the layer writes names; a broken style file has none."""
    try:
        styles = styles_of(layer, locality_path)
    except BadLocalityFile:
        return False
    return any(part.kind == 'label' for name in styles.styles for part in styles.parts_of(name))


class _Columns:
    """A layer as its styles see it: two with the same columns are one to them."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.known = (layer.id, *((name, column.type) for name, column in layer.columns.items()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Columns) and self.known == other.known

    def __hash__(self) -> int:
        return hash(self.known)


@lru_cache(maxsize=512)
def _fitting(file: Path, _changed: int, columns: _Columns) -> StyleFile:
    styles = parse_file(StyleFile, file)
    for key, problem in _problems(styles, columns.layer):
        raise BadLocalityFile(vi=f'{file}, khóa {key}: {problem.vi}', en=f'{file}, key {key}: {problem.en}')
    return styles


def _problems(styles: StyleFile, layer: Layer) -> Iterator[tuple[str, Text]]:
    """What does not fit the layer: key, what is wrong and what to do."""
    for name, style in styles.styles.items():
        yield from _unused_colours(styles, name)
        for number, part in enumerate(style.parts or []):
            key = f'styles.{name}.parts.{number}'
            try:
                columns = part.columns
            except DothiError as unreadable:
                yield f'{key}.where', unreadable.text
                continue
            for column in sorted(columns - layer.columns.keys()):
                hint = did_you_mean(column, layer.columns)
                yield (
                    key,
                    Text(
                        vi='lớp {layer} không có cột "{column}". {hint}',
                        en='the layer {layer} has no column "{column}". {hint}',
                    ).format(layer=layer.id, column=column, hint=hint),
                )
            if part.classes and layer.columns[part.classes.column].type not in {'integer', 'number'}:
                yield (
                    f'{key}.classes.column',
                    Text(
                        vi=f'cột "{part.classes.column}" không phải là số. Dùng by.',
                        en=f'the column "{part.classes.column}" holds no numbers. Use by.',
                    ),
                )
            yield from _unlike_values(part, key, layer)


def _unlike_values(part: Part, key: str, layer: Layer) -> Iterator[tuple[str, Text]]:
    """Values that the database cannot compare with their column: every map with the layer would fail at them."""
    if not part.columns <= layer.columns_for('internal').keys():
        return
    column_values = [(f'{key}.where', part.condition)] if part.condition else []
    if part.by:
        column_values += [(f'{key}.by.values', conditions.equal(part.by.column, value)) for value in part.by.values]
    # conditions of styles have no geometry, so that the system does not count
    translator = Translator(layer, 4326, 'internal', IN_CRS84)
    for place, condition in column_values:
        try:
            translator.condition(condition)
        except DothiError as unlike:
            yield place, unlike.text


def _unused_colours(styles: StyleFile, name: str) -> Iterator[tuple[str, Text]]:
    """The colours to be replaced that the style below does not have: after a change there, the two no longer fit."""
    style = styles.styles[name]
    based_on = style.based_on or DEFAULT
    used = _texts([part.model_dump(exclude_unset=True) for part in styles.styles[based_on].parts or []])
    for colour in style.recolor:
        if colour not in used:
            hint = did_you_mean(
                colour, sorted(colour_name for colour_name in used if colour_name.startswith(('#', 'rgb', 'hsl')))
            )
            yield (
                f'styles.{name}.recolor',
                Text(
                    vi='kiểu "{based_on}" không có màu "{colour}". {hint}',
                    en='the style "{based_on}" has no colour "{colour}". {hint}',
                ).format(based_on=based_on, colour=colour, hint=hint),
            )


def _texts(value: Any) -> set[str]:
    """All strings in a nested value."""
    if isinstance(value, dict | list):
        return {text for inner in (value.values() if isinstance(value, dict) else value) for text in _texts(inner)}
    return {value} if isinstance(value, str) else set()
