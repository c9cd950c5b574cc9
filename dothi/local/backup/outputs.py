"""A picture and an analysis of what is released, as digests: whoever restores all of it gets the same."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from dothi.core.catalog import Release, current_releases
from dothi.core.database import READERS, connection
from dothi.core.errors import DothiError
from dothi.core.locality import Locality
from dothi.core.own_layers import served_locality
from dothi.core.text import Text
from processes.base import Process
from processes.data import Data
from processes.export_features import ExportFeatures
from processes.nearest_facility import NearestFacility
from processes.outputs import ResultFile
from processes.print_map import PrintMap
from processes.printing.drawn import NothingToPrint
from processes.reading.validation import validate_inputs

# An export of more rows takes too long for a proof.
MOST_ROWS = 20_000


def digest_outputs(folder: Path) -> dict[str, str]:
    """Digests by name of what was made, in `folder`: a map of a layer, and an analysis that this locality can make.

    Empty where no layer of the locality has rows.
    """
    locality = served_locality()
    with connection('admin') as db:
        releases = current_releases(db)
    layers = [release for name, release in releases.items() if name in locality.layers and release.extent_wgs84]
    if not layers:
        return {}
    layers.sort(key=lambda release: (release.rows_total, release.layer_id))
    return {**_picture(layers, locality, folder), **_analysis(layers[0], locality, folder)}


def _picture(layers: list[Release], locality: Locality, folder: Path) -> dict[str, str]:
    """Of the first layer that is drawn at the scale of its extent. Empty where none is, as in a copy without rows."""
    for release in layers:
        with suppress(NothingToPrint):
            return {'picture': _picture_of(release, locality, folder)}
    return {}


def _picture_of(release: Release, locality: Locality, folder: Path) -> str:
    inputs = {
        'layers': [release.layer_id],
        'extent': {'bbox': _widened(release.extent_wgs84 or [])},
        'format': 'png',
        'lang': 'en',
    }
    return _digest(PrintMap({'name': 'print-map'}), inputs, locality, folder)


def _analysis(release: Release, locality: Locality, folder: Path) -> dict[str, str]:
    """Ways to facilities where the locality has both; else an export."""
    try:
        example = dict(NearestFacility.example)
        return {'nearest-facility': _digest(NearestFacility({'name': 'nearest-facility'}), example, locality, folder)}
    except DothiError:
        if release.rows_total > MOST_ROWS:
            return {}
        inputs = {'collection': release.layer_id, 'format': 'csv'}
        return {'export-features': _digest(ExportFeatures({'name': 'export-features'}), inputs, locality, folder)}


def _digest(process: Process[Any], inputs: dict[str, Any], locality: Locality, folder: Path) -> str:
    checked = validate_inputs(type(process).inputs, inputs)
    with connection(READERS['internal']) as db:
        db.set_session(isolation_level='REPEATABLE READ', readonly=True)
        answer = process.run(checked, Data(db, locality, 'internal', folder), _silent)
    if isinstance(answer, ResultFile):
        content = answer.path.read_bytes()
    else:
        content = json.dumps(answer, ensure_ascii=False, sort_keys=True, default=str).encode()
    return hashlib.sha256(content).hexdigest()[:16]


def _widened(extent: list[float]) -> list[float]:
    """A layer of a single point has an extent without width."""
    west, south, east, north = extent
    return [west - 0.001, south - 0.001, east + 0.001, north + 0.001]


def _silent(share: float, doing: Text) -> None:
    del share, doing
