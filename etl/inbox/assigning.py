"""Which layer a file in the inbox is meant for: what its folder says, else its name, else what only it fits."""

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from dothi.core.coverage import Coverage
from dothi.core.errors import DataRefused, HeldForDecision
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.text import search_key
from etl.closed_room.layers import open_source
from etl.closed_room.rasters import must_fit
from etl.coverage.file import SUFFIXES as RASTERS
from etl.doctor.columns import fits
from etl.inbox.sendable import sendable
from etl.shape import WrongKind, must_be_the_kind

type Described = Layer | Coverage


class NotAssigned(HeldForDecision):
    """Which layer a file is meant for has to be said by a person. candidates: those that it could be."""

    candidates: list[str]


def assign(file: Path, agency: str, folder: str | None, locality: Locality) -> str:
    """The id of the layer or coverage that `file` is a delivery of.

    folder: the name of the folder in the agency's own in which it lay. Raises NotAssigned, and the DataRefused of a
    file that cannot be read as any layer.
    """
    layers = sendable(agency, locality)
    if folder is not None:
        return _of_folder(folder, layers)
    layer_ids = _layers_named(file.stem, layers.values())
    fitting = layer_ids if len(layer_ids) == 1 else _fitting(file, layers.values())
    if len(fitting) != 1:
        raise _undecided(file.name, fitting or list(layers))
    return fitting[0]


def _of_folder(folder: str, layers: dict[str, Described]) -> str:
    layer_ids = _layers_named(folder, layers.values())
    if len(layer_ids) == 1:
        return layer_ids[0]
    error = NotAssigned.with_suggestion(
        folder,
        layers,
        vi=f'Thư mục "{folder}" không mang tên lớp nào mà cơ quan này giao.',
        en=f'The folder "{folder}" has the name of no layer that this agency supplies.',
    )
    error.candidates = layer_ids or list(layers)
    raise error


def _layers_named(name: str, layers: Iterable[Described]) -> list[str]:
    """The layers whose id or title the name is, whatever its accents, blanks and dates are."""
    wanted_key = _key(name)
    return [layer.id for layer in layers if wanted_key in {_key(layer.id), _key(layer.title.vi), _key(layer.title.en)}]


def _key(name: str) -> str:
    words = re.findall(r'[^\W_]+', search_key(name))
    return ' '.join(word for word in words if not word.isdigit())


def _fitting(file: Path, layers: Iterable[Described]) -> list[str]:
    """The layers of which `file` has the columns and the geometry; raises its refusal where none can open it."""
    fitting: list[str] = []
    refused: list[DataRefused] = []
    kind = Coverage if file.suffix.lower() in RASTERS else Layer
    suitable = [layer for layer in layers if isinstance(layer, kind)]
    for layer in suitable:
        try:
            if _fits(file, layer):
                fitting.append(layer.id)
        except DataRefused as refusal:
            refused.append(refusal)
    if refused and len(refused) == len(suitable):
        raise refused[0]
    return fitting


def _fits(file: Path, described: Described) -> bool:
    if isinstance(described, Coverage):
        must_fit(file, described)
        return True
    source = open_source(file, described, None)
    if not fits(source.columns, described, source.names_cut_at):
        return False
    first = next(source.batches(), None)
    try:
        must_be_the_kind(source, described, first.geometry if first else np.empty(0, object))
    except WrongKind:
        return False
    return first is not None


def _undecided(name: str, candidates: list[str]) -> NotAssigned:
    listed = ', '.join(candidates) or '–'
    error = NotAssigned(
        vi=f'{name}: không rõ thuộc lớp nào; có thể là: {listed}.',
        en=f'{name}: which layer it is meant for is not clear; it could be: {listed}.',
    )
    error.candidates = candidates
    return error
