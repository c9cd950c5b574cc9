"""What the ETL's tests share: an agency that writes files, and a look into the database."""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import fiona
import pytest
import shapely
from shapely.geometry import mapping

from dothi.core.database import connection
from dothi.core.database_locality import record_locality
from dothi.core.errors import DothiError
from dothi.core.layer_sync import sync_layers
from dothi.core.locality import Locality, load_locality
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.formats.opening import open_source
from etl.formats.source import Source
from etl.report.model import Report
from tests.conftest import Instance, building_template, fresh, share_room
from tests.etl.agency_words import must_be_a_refusal_for_agencies, must_be_a_report_for_agencies
from tests.rasters import write_locality

DRIVERS = {
    '.shp': 'ESRI Shapefile',
    '.gpkg': 'GPKG',
    '.tab': 'MapInfo File',
    '.mif': 'MapInfo File',
    '.fgb': 'FlatGeobuf',
    '.gdb': 'OpenFileGDB',
    '.gml': 'GML',
    '.kml': 'LIBKML',
    '.kmz': 'LIBKML',
}
FIELDS = {int: 'int', float: 'float', str: 'str:80', bool: 'bool'}
# Delivers a file as a layer.
type Send = Callable[..., Report]
# Rows of a statement with its values.
type Query = Callable[..., list[tuple[Any, ...]]]
Row = dict[str, Any]
Rows = Sequence[tuple[Row, Any]]


class Agency:
    """Writes files into `folder` as an agency would. Places count from a corner well inside the province."""

    east, north = 570_000.0, 2_250_000.0

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def point(self, dx: float = 0, dy: float = 0) -> shapely.Point:
        """The point `dx` metres east and `dy` metres north of the corner, in EPSG:9209."""
        return shapely.Point(self.east + dx, self.north + dy)

    def box(self, dx: float, dy: float, side: float) -> shapely.Polygon:
        """A square whose south-west corner is at `dx`, `dy`."""
        east, north = self.east + dx, self.north + dy
        return shapely.box(east, north, east + side, north + side)

    def school(self, code: str | None, **changes: Any) -> Row:
        """A row of the layer `schools`, under the names that its agency uses."""
        return {'MA_TRUONG': code, 'TEN_TRUONG': f'Trường {code}', 'CAP_HOC': 'primary', 'SO_CHO': 400} | changes

    def schools(self, *codes: str, name: str = 'truong.geojson', **changes: Any) -> Path:
        """A file of schools with these codes, ten metres apart."""
        return self.geojson(name, [(self.school(c, **changes), self.point(10 * i)) for i, c in enumerate(codes)])

    def write(self, name: str, rows: Rows, crs: str | None = 'EPSG:9209', **how: Any) -> Path:
        """`rows` in the format that the suffix of `name` names, all with the types of the first one."""
        path = self.folder / name
        first, shape = rows[0]
        properties = {field: FIELDS[type(value)] for field, value in first.items()}
        schema = {'geometry': shape.geom_type, 'properties': properties}
        with fiona.open(path, 'w', driver=DRIVERS[path.suffix], schema=schema, crs=crs, **how) as file:
            file.writerecords({'properties': row, 'geometry': mapping(geom)} for row, geom in rows)
        return path

    def geojson(self, name: str, rows: Rows, srid: int | None = 9209) -> Path:
        """`rows` as GeoJSON, with whatever values and geometries they have."""
        features = [
            {'type': 'Feature', 'properties': row, 'geometry': None if geom is None else mapping(geom)}
            for row, geom in rows
        ]
        document: dict[str, Any] = {'type': 'FeatureCollection', 'features': features}
        if srid is not None:
            document['crs'] = {'type': 'name', 'properties': {'name': f'urn:ogc:def:crs:EPSG::{srid}'}}
        return self.text(name, json.dumps(document, ensure_ascii=False))

    def text(self, name: str, content: str, encoding: str = 'utf-8') -> Path:
        """A file with this text."""
        path = self.folder / name
        path.write_bytes(content.encode(encoding))
        return path

    def zip(self, name: str, files: Iterable[Path], inside: str = '') -> Path:
        """An archive of `files`, in its folder `inside`."""
        path = self.folder / name
        with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.write(file, inside + file.name)
        return path


@pytest.fixture
def database(database: dict[str, str], room: Path) -> dict[str, str]:
    """What processes of the test read comes from the fork server that all tests share."""
    share_room(Path(database['DOTHI_STATE']), room)
    return database


@pytest.fixture
def agency(tmp_path: Path) -> Agency:
    folder = tmp_path / 'gửi'
    folder.mkdir()
    return Agency(folder)


@pytest.fixture
def opened(locality: Locality) -> Callable[..., Source]:
    """The source in a file, as a layer would take it; asks no database."""

    def opened_(file: Path, layer: str = 'schools', encoding: str | None = None, name: str | None = None) -> Source:
        return open_source(file, locality.layers[layer], encoding, name)

    return opened_


@pytest.fixture
def send(database: dict[str, str], locality: Locality) -> Send:
    """Delivers a file into the test's own database; whatever comes of it is said in words for agencies."""

    def send_(file: Path, layer: str, **options: Any) -> Report:
        try:
            report = deliver(file, DeliveryOptions(layer=layer, **options), locality)
        except DothiError as error:
            must_be_a_refusal_for_agencies(error)
            raise
        must_be_a_report_for_agencies(report)
        return report

    return send_


@pytest.fixture
def query(database: dict[str, str]) -> Query:
    """Rows of a query, as the loader sees them."""

    def query_(statement: str, *values: object) -> list[tuple[Any, ...]]:
        with connection('loader') as db, db.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall())

    return query_


@pytest.fixture(scope='session')
def coverage_template(instance: Instance, template: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of a database with the two coverages of tests/rasters.py and no release of them, to be copied."""
    name, folder = 'template_coverages', tmp_path_factory.mktemp('coverages')
    with building_template(instance, name, template, folder / 'state'), connection('owner') as db:
        place = load_locality(write_locality(folder / 'locality'))
        sync_layers(db, place)
        record_locality(db, place)
    return name


@pytest.fixture
def coverage_database(
    instance: Instance, coverage_template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """The test's own database with the two coverages, and the environment that leads there."""
    yield from fresh(instance, coverage_template, tmp_path, monkeypatch)


@pytest.fixture
def somewhere(tmp_path: Path) -> Locality:
    """The locality `somewhere` of the two coverages, in a folder that the test may change."""
    locality = load_locality(write_locality(tmp_path / 'locality'))
    assert not locality.broken
    return locality
