"""The style file of a layer, read and checked."""

from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from dothi.core.layer import Layer
from dothi.core.locality import BadLocalityFile

type Value = str | int | float | bool
type ByZoom = float | dict[float, float]


class Model(BaseModel):
    """Unknown keys are errors."""

    model_config = ConfigDict(extra='forbid', frozen=True)


class ByColumn(Model):
    """Colours by the values of one column."""

    column: str
    values: dict[Value, str]


class Part(Model):
    """One part of the drawing of a layer."""

    kind: Literal['fill', 'line', 'circle', 'label']
    color: str
    by: ByColumn | None = None
    outline: str | None = None
    width: ByZoom | None = None
    dash: list[float] | None = None
    radius: ByZoom | None = None
    zooms: tuple[float, float] | None = None
    where: dict[str, Value] = {}
    # only what stands for several features in a tile, or only what does not
    merged: bool | None = None
    text: str | None = None
    size: ByZoom | None = None
    halo: str | None = None

    @property
    def columns(self) -> set[str]:
        """The columns that the part reads."""
        return {*self.where, *([self.by.column] if self.by else []), *([self.text] if self.text else [])}

    @model_validator(mode='after')
    def _label_has_text(self) -> Self:
        if (self.kind == 'label') != (self.text is not None):
            raise ValueError('text belongs to a label, and a label needs it')
        return self


class Style(Model):
    """How a layer is drawn."""

    draw_order: int = 0
    visible: bool = True
    layers: list[Part]


# What a layer without a style file of its own looks like.
PLAIN = {
    'Point': Part(kind='circle', color='#4a7a8c', radius=4.0),
    'LineString': Part(kind='line', color='#4a7a8c', width=1.5),
    'Polygon': Part(kind='fill', color='rgba(74, 122, 140, 0.3)', outline='#4a7a8c'),
}


def style_of(layer: Layer, locality_path: Path) -> Style:
    """The style that the layer names, or a plain one; raises BadLocalityFile where the file is not right."""
    file = locality_path / 'styles' / f'{layer.publish.style}.yml'
    try:
        return _read(file, file.stat().st_mtime_ns)
    except FileNotFoundError:
        return Style(layers=[PLAIN[layer.geometry.removeprefix('Multi')]])


def has_labels(layer: Layer, locality_path: Path) -> bool:
    """Whether the style writes names; a broken style file has none."""
    try:
        return any(part.kind == 'label' for part in style_of(layer, locality_path).layers)
    except BadLocalityFile:
        return False


@lru_cache
def _read(file: Path, _changed: int) -> Style:
    try:
        return Style.model_validate(yaml.safe_load(file.read_text(encoding='utf-8')))
    except (ValidationError, yaml.YAMLError) as error:
        reason = error.errors()[0] if isinstance(error, ValidationError) else None
        where = '.'.join(map(str, reason['loc'])) if reason else ''
        said = reason['msg'] if reason else 'YAML'
        raise BadLocalityFile(
            vi=f'{file}, khóa {where}: không hợp lệ ({said}).', en=f'{file}, key {where}: not valid ({said}).'
        ) from None
