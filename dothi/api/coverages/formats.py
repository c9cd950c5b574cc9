"""A part of a raster written as GeoTIFF, CoverageJSON or PNG."""

import json
import os
import tempfile
import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import rasterio
from rasterio.crs import CRS
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from dothi.api.coverages.read import CoveragePart, Values, read_strips, transform_of
from dothi.api.coverages.systems import System
from dothi.api.http.language import HTML, JSON
from dothi.api.http.service import service
from dothi.cartography.mapping.ramp import coloured
from dothi.core.coverage import Band
from dothi.core.text import LANGUAGES
from dothi.core.units import ucum

# An image has no place by itself: its headers say where it lies.
warnings.filterwarnings('ignore', category=NotGeoreferencedWarning)
GEOTIFF = 'image/tiff; application=geotiff'
COVERAGEJSON = 'application/vnd.cov+json'
PNG = 'image/png'
# The forms of the values by the name that `f` gives them; the first is the default.
FORMATS = {'tif': GEOTIFF, 'covjson': COVERAGEJSON, 'png': PNG, 'html': HTML, 'json': JSON}
# Also under the names that earlier clients ask for.
BY_TYPE = {media_type: name for name, media_type in FORMATS.items()} | {
    'image/tiff': 'tif', 'application/prs.coverage+json': 'covjson',
}  # fmt: skip
BLOCK = 256
UCUM = 'http://www.opengis.net/def/uom/UCUM/'


def most_cells(form: str) -> int:
    """The most cells, of all bands together, that one answer in a format has."""
    limits = service().limits
    return limits.max_json_cells if form in {'json', 'covjson'} else limits.max_cells


def write_geotiff(part: CoveragePart) -> BinaryIO:
    """A GeoTIFF, in a file that is gone when it is closed: with names, units, nodata, and the release it is from."""
    grid = part.grid
    # GDAL opens files by name; the open file stays when its name is gone
    descriptor, name = tempfile.mkstemp(suffix='.tif')
    os.close(descriptor)
    path = Path(name)
    try:
        with rasterio.open(
            path,
            'w',
            driver='GTiff',
            width=grid.width,
            height=grid.height,
            count=len(part.names),
            dtype=part.stored.coverage.type,
            nodata=part.nodata,
            crs=CRS.from_epsg(grid.srid),
            transform=transform_of(grid),
            compress='DEFLATE',
            predictor=3 if part.stored.coverage.type.startswith('float') else 2,
            bigtiff='IF_SAFER',
            **(
                {'tiled': True, 'blockxsize': BLOCK, 'blockysize': BLOCK}
                if min(grid.width, grid.height) > BLOCK
                else {}
            ),
        ) as file:
            _write_tags(file, part)
            for top, values in read_strips(part):
                file.write(values, window=rasterio.windows.Window(0, top, grid.width, values.shape[1]))
        return path.open('rb')
    finally:
        path.unlink()


def _write_tags(file: rasterio.io.DatasetWriter, part: CoveragePart) -> None:
    file.update_tags(TITLE=part.stored.coverage.title.en, DOTHI_RELEASE=str(part.stored.release.number))
    for number, (name, band) in enumerate(part.bands.items(), 1):
        file.set_band_description(number, name)
        if band.unit:
            file.set_band_unit(number, ucum(band.unit))


def write_coveragejson(part: CoveragePart, system: System) -> bytes:
    """A Coverage with a Grid domain: axes by the middle of their cells, null where there is no value."""
    grid, release = part.grid, part.stored.release
    head = {
        'type': 'Coverage',
        'domain': {
            'type': 'Domain',
            'domainType': 'Grid',
            'axes': {
                'x': _axis_member(grid.west, grid.cell_width, grid.width),
                'y': _axis_member(grid.north, -grid.cell_height, grid.height),
            },
            'referencing': [_referencing_members(system)],
        },
        'parameters': {name: _parameter_member(band) for name, band in part.bands.items()},
        'dothi:release': release.number,
        'dothi:demo': release.demo,
    }
    text = json.dumps(head, ensure_ascii=False)
    return b''.join([text[:-1].encode(), b', "ranges": {', *_range_members(part), b'}}'])


def _axis_member(start: float, step: float, cells: int) -> dict[str, float | int]:
    """The middles of the cells, of which the first begins at `start`."""
    return {'start': start + step / 2, 'stop': start + step * (cells - 0.5), 'num': cells}


def _referencing_members(system: System) -> dict[str, object]:
    """Coordinates in the order of the system's authority."""
    kind = 'GeographicCRS' if system.geographic else 'ProjectedCRS'
    return {'coordinates': system.ordered('x', 'y'), 'system': {'type': kind, 'id': system.crs.uri}}


def _parameter_member(band: Band) -> dict[str, object]:
    title = band.title.model_dump()
    parameter: dict[str, object] = {'type': 'Parameter', 'observedProperty': {'label': title}}
    if band.description:
        parameter['description'] = band.description.model_dump()
    if band.categories:
        categories = [{'id': str(value), 'label': label.model_dump()} for value, label in band.categories.items()]
        parameter['observedProperty'] = {'label': title, 'categories': categories}
        parameter['categoryEncoding'] = {str(value): value for value in band.categories}
    elif band.unit:
        parameter['unit'] = {
            'label': dict.fromkeys(LANGUAGES, band.unit),
            'symbol': {'type': UCUM, 'value': ucum(band.unit)},
        }
    return parameter


def _range_members(part: CoveragePart) -> list[bytes]:
    """The values of each band, as NdArrays by name."""
    texts: list[list[str]] = [[] for _ in part.names]
    for _, values in read_strips(part):
        for text, band in zip(texts, values, strict=True):
            text.append(_numbers_text(band, part.nodata))
    kind = 'float' if part.stored.coverage.type.startswith('float') else 'integer'
    shape = [part.grid.height, part.grid.width]
    head = {'type': 'NdArray', 'dataType': kind, 'axisNames': ['y', 'x'], 'shape': shape}
    ranges = []
    for place, (name, text) in enumerate(zip(part.names, texts, strict=True)):
        comma, values_text = ', ' if place else '', ','.join(text)
        ranges.append(f'{comma}{json.dumps(name)}: {json.dumps(head)[:-1]}, "values": [{values_text}]}}'.encode())
    return ranges


def _numbers_text(values: Values, nodata: float) -> str:
    """The values as JSON, the shortest digits that give each number back; null for nodata."""
    flat = values.ravel()
    array = pa.array(flat, mask=(flat == nodata) | ~np.isfinite(flat))
    return ','.join(pc.fill_null(pc.cast(array, pa.string()), 'null').to_pylist())


def write_png(part: CoveragePart) -> bytes:
    """An image of one band in the colours of the coverage file, transparent where there is no value."""
    grid = part.grid
    with MemoryFile() as memory:
        with memory.open(driver='PNG', width=grid.width, height=grid.height, count=4, dtype='uint8') as image:
            coverage = part.stored.coverage
            image.write(np.concatenate([coloured(values[0], coverage) for _, values in read_strips(part)], axis=1))
        return bytes(memory.read())


def content_crs(system: System) -> str:
    """The header that names the system of an answer."""
    return f'<{system.crs.uri}>'


def content_bbox(part: CoveragePart, system: System) -> str:
    """The header that says where an answer lies, in the axis order of its system."""
    west, south, east, north = part.grid.bounds
    corners = [*system.ordered(west, south), *system.ordered(east, north)]
    return ','.join(f'{corner:.15g}' for corner in corners)
