"""Open data becomes deliveries by the rules of its source; the files are small ones that the tests make."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pytest
import rasterio
import yaml
from osmium.osm.mutable import Node, OSMObject, Way
from rasterio.transform import from_origin
from typer.testing import CliRunner

from dothi.cli.app import app
from dothi.core.errors import WrongUse
from dothi.core.layer import Layer
from dothi.core.locality import Locality, load_locality
from dothi.core.locality_file import BadLocalityFile
from etl.fetch.fetch import How, NotGiven, fetch_source
from etl.fetch.source import OpenSource, UnknownSource, source_with, sources
from etl.formats.errors import UnreadableFile
from tests.etl.conftest import Query
from tests.etl.publisher import Publisher, publishing
from tests.nam_dinh import whole_copy
from tests.present import present

SHIPPED = ('copernicus_dem', 'geoboundaries', 'osm', 'worldpop')


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with publishing() as running:
        yield running


@pytest.fixture
def place(tmp_path: Path, publisher: Publisher) -> Path:
    """A copy of the locality whose sources lie with the publisher."""
    folder = tmp_path / 'locality'
    whole_copy(folder)
    return folder


def at(place: Path, publisher: Publisher, source: str, *files: Path) -> OpenSource:
    """The source with its rules as shipped, its downloads being these files."""
    path = place / 'sources' / f'{source}.yml'
    document = yaml.safe_load(path.read_text(encoding='utf-8'))
    urls = [publisher.publish(file.name, file.read_bytes()) for file in files]
    path.write_text(yaml.safe_dump(document | {'downloads': [{'url': url} for url in urls]}), encoding='utf-8')
    return source_with(source, place)


def extract(folder: Path, *objects: tuple[str, OSMObject]) -> Path:
    """An OpenStreetMap extract with these nodes and ways."""
    path = folder / 'extract.osm.pbf'
    with osmium.SimpleWriter(str(path)) as writer:
        for add, one in objects:
            getattr(writer, f'add_{add}')(one)
    return path


def node(number: int, lon: float, lat: float, **tags: str) -> tuple[str, Node]:
    return 'node', osmium.osm.mutable.Node(id=number, location=(lon, lat), tags=tags, version=1)


def way(number: int, nodes: list[int], tags: dict[str, str]) -> tuple[str, Way]:
    return 'way', osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags, version=1)


def test_every_shipped_source_gives_columns_of_its_layers(locality: Locality) -> None:
    found = sources(locality.path)
    assert tuple(found) == SHIPPED
    for source in found.values():
        assert source.agency in locality.agencies
        for name, mapping in source.gives.items():
            described = locality.described(name)
            columns = described.columns if isinstance(described, Layer) else {}
            for column, rule in mapping.columns.items():
                domain = columns[column].domain
                values = [*rule.values.values(), *(value for _, value in rule.patterns)]
                assert domain is None or set(values) <= domain.keys()


def test_roads_schools_and_houses_come_out_of_an_extract_by_the_declared_tags(
    place: Path, publisher: Publisher, database: dict[str, str], query: Query, tmp_path: Path
) -> None:
    square = [node(i, lon, lat) for i, (lon, lat) in enumerate(
        [(106.2, 20.3), (106.2005, 20.3), (106.2005, 20.3005), (106.2, 20.3005)], start=1)]  # fmt: skip
    objects = [
        *square,
        node(5, 106.21, 20.31, amenity='school', name='Trường Tiểu học Hải Hậu'),
        node(6, 106.22, 20.31, amenity='school', name='Trường không rõ cấp'),
        # far outside the province
        node(7, 108.2, 16.05, amenity='kindergarten', name='Mầm non'),
        way(10, [1, 2, 3, 4, 1], {'building': 'house', 'building:levels': '3'}),
        way(11, [1, 3], {'highway': 'primary', 'name': 'Đường tỉnh 490', 'surface': 'asphalt', 'width': '7,5 m'}),
        way(12, [1, 2], {'highway': 'footway'}),
    ]
    source = at(place, publisher, 'osm', extract(tmp_path, *objects))
    here = load_locality(place)

    outcome = fetch_source(source, here, How(layer='roads'))
    assert [(report.verdict, report.rows.read) for report in outcome.reports] == [('accepted', 1)]
    assert query('select code, name, class, surface, width_m from layer.roads') == [
        ('OSM-W11', 'Đường tỉnh 490', 'provincial', 'asphalt', 7.5)
    ]
    (note,) = query('select note from catalog.release order by number desc limit 1')[0]
    assert 'ODbL-1.0' in note
    assert outcome.files[0].sha256 in note

    fetch_source(source, here, How(layer='buildings'))
    assert query('select code, use, floors from layer.buildings') == [('OSM-W10', 'residential', 3)]

    (schools,) = fetch_source(source, here, How(layer='schools', dry_run=True)).reports
    assert (schools.rows.read, schools.rows.good) == (2, 1)
    # neither name nor tag says which level it is
    assert (schools.rows.bad[0].column, schools.rows.bad[0].code) == ('level', 'required')


def test_districts_without_codes_get_them_from_the_register_by_name(
    place: Path, publisher: Publisher, database: dict[str, str], query: Query, tmp_path: Path
) -> None:
    def district(name: str, west: float) -> dict[str, Any]:
        ring = [[west, 20.2], [west + 0.1, 20.2], [west + 0.1, 20.3], [west, 20.3], [west, 20.2]]
        return {
            'type': 'Feature',
            'properties': {'shapeName': name},
            'geometry': {'type': 'Polygon', 'coordinates': [ring]},
        }

    file = tmp_path / 'ADM2.geojson'
    features = [district('Hai Hau', 106.2), district('Nam Dinh', 106.3), district('Da Nang', 108.2)]
    file.write_text(json.dumps({'type': 'FeatureCollection', 'features': features}), encoding='utf-8')
    outcome = fetch_source(at(place, publisher, 'geoboundaries', file), load_locality(place), How())
    assert outcome.exit_code == 0
    assert query('select code, name from layer.districts order by code') == [
        ('356', 'Thành phố Nam Định'),
        ('366', 'Huyện Hải Hậu'),
    ]
    # as the layer's own agency it would supersede what that one sent
    assert query('select distinct agency from catalog.delivery') == [('open_data',)]


def test_tiles_of_a_raster_are_joined_and_cut_to_the_locality(
    place: Path, publisher: Publisher, database: dict[str, str], query: Query, tmp_path: Path
) -> None:
    files = [_tile(tmp_path, west, south) for west in (105, 106) for south in (19, 20)]
    outcome = fetch_source(at(place, publisher, 'copernicus_dem', *files), load_locality(place), How())
    (report,) = outcome.reports
    assert report.verdict == 'accepted', report.notes
    # 0.90° × 0.85° of the extent in cells of 0.01°
    assert (present(report.raster).width, present(report.raster).height) == (90, 85)
    assert (present(report.raster).bands[0].min, present(report.raster).bands[0].max) == (19, 20)


def _tile(folder: Path, west: int, south: int) -> Path:
    """One degree in cells of 0.01°, each with the latitude of the tile."""
    path = folder / f'N{south}E{west}.tif'
    values = np.full((1, 100, 100), south, dtype='float32')
    place = {'crs': 'EPSG:4326', 'transform': from_origin(west, south + 1, 0.01, 0.01)}
    with rasterio.open(path, 'w', driver='GTiff', width=100, height=100, count=1, dtype='float32', **place) as file:
        file.write(values)
    return path


def test_a_page_in_place_of_the_file_is_refused(
    place: Path, publisher: Publisher, database: dict[str, str], tmp_path: Path
) -> None:
    page = tmp_path / 'ADM2.geojson'
    page.write_text('<html>Please sign in</html>', encoding='utf-8')
    with pytest.raises(UnreadableFile):
        fetch_source(at(place, publisher, 'geoboundaries', page), load_locality(place), How())


def test_what_a_source_does_not_give_is_said_with_what_it_gives(place: Path) -> None:
    with pytest.raises(UnknownSource, match='osm'):
        source_with('osmm', place)
    with pytest.raises(NotGiven, match='roads'):
        fetch_source(source_with('osm', place), load_locality(place), How(layer='road'))


@pytest.mark.parametrize(
    ('change', 'named'),
    [({'licence': None}, 'licence'), ({'tags': {}}, 'tags'), ({'downloads': [{'url': 'file:///etc/passwd'}]}, 'url')],
)
def test_a_source_file_that_is_wrong_names_the_key(change: dict[str, Any], named: str, place: Path) -> None:
    path = place / 'sources' / 'osm.yml'
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text(encoding='utf-8')) | change), encoding='utf-8')
    with pytest.raises(BadLocalityFile, match=named):
        sources(place)


def test_the_command_lists_the_sources() -> None:
    shown = CliRunner().invoke(app, ['fetch', '--json'])
    assert [one['id'] for one in json.loads(shown.stdout)['sources']] == list(SHIPPED)
    assert issubclass(UnknownSource, WrongUse)
