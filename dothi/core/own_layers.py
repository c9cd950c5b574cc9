"""Layers that planners keep from results of analyses: layer files in the store, beside those of the locality.

They lie in the store because every process of an instance sees it, on whatever machine it runs; the locality's own
folder is data under version control, which no service writes.
"""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import yaml

from dothi.core.errors import NotFound
from dothi.core.layer import Layer
from dothi.core.locality import Locality, load_described, load_locality
from dothi.core.locality_file import BadLayerFile
from dothi.core.settings import PathSettings
from dothi.core.store_mark import require_store


class NoOwnLayer(NotFound):
    """No layer was kept under this id."""


def served_locality() -> Locality:
    """The locality that the settings name, with the layers that planners keep; raises as `load_locality`."""
    return with_own_layers(load_locality(PathSettings().locality))


def with_own_layers(locality: Locality) -> Locality:
    """The locality with what was kept; a file that is not right, or whose id is taken by now, is in its `broken`."""
    broken, own = dict(locality.broken), {}
    for file in files():
        try:
            own[file.stem] = load_described(Layer, file, locality.place, locality.agencies, locality.themes)
            _must_be_free(file.stem, locality)
        except BadLayerFile as error:
            own.pop(file.stem, None)
            broken[f'own_layers/{file.stem}'] = error
    return replace(locality, layers=locality.layers | own, broken=broken, own=frozenset(own))


def files() -> list[Path]:
    """The layer files of what was kept, by name."""
    return sorted(PathSettings().own_layers.glob('*.yml'))


def file_of(layer_id: str) -> Path:
    """The path of a kept layer's file."""
    return PathSettings().own_layers / f'{layer_id}.yml'


def write(layer: Layer) -> None:
    """Writes the layer's file, whole or not at all. Raises StoreAway."""
    require_store()
    file = file_of(layer.id)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix('.part')
    text = yaml.safe_dump(layer.definition(), allow_unicode=True, sort_keys=False, width=120)
    draft.write_text(text, encoding='utf-8')
    draft.replace(file)


def remove(layer_id: str) -> None:
    """Removes the layer's file; raises NoOwnLayer."""
    if not file_of(layer_id).exists():
        raise NoOwnLayer.with_suggestion(
            layer_id,
            [file.stem for file in files()],
            vi=f'Không có lớp tự giữ "{layer_id}".',
            en=f'No layer was kept as "{layer_id}".',
        )
    with suppress(FileNotFoundError):
        file_of(layer_id).unlink()


def _must_be_free(name: str, locality: Locality) -> None:
    if name in locality.layers or name in locality.coverages:
        raise BadLayerFile(
            vi=f'Lớp tự giữ "{name}" trùng mã với một lớp của địa phương. Giữ lại kết quả với mã khác.',
            en=f'The kept layer "{name}" has the id of a layer of the locality. Keep the result under another one.',
        )
