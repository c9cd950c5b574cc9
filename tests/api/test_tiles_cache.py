"""Tiles are kept until a release changes what they show; and only those of its audience."""

import json
import os
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
import requests
from flask.testing import FlaskClient
from pmtiles.reader import MmapSource, Reader, all_tiles

from dothi.api.app import create_app
from dothi.api.tiles import maker, pmtiles
from dothi.api.tiles.cache import FileCache, TileCache, pack_tile
from dothi.api.tiles.changes import Changes, Version, states_by_layer, states_statement
from dothi.api.tiles.place import WEB_MERCATOR_QUAD, WORLD_CRS84_QUAD, TileAddress, limits
from dothi.api.tiles.tileset import NoData, of_all
from dothi.core.database import READERS, connection
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from tests.conftest import Province
from tests.matrix import exhaustive, thorough

CELLS = 'select level, x, y, kind, n, ids from catalog.tile_cell where layer_id = %s order by 1, 2, 3, 4'


def query(statement: str, *values: object) -> list[tuple[Any, ...]]:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def app(audience: Audience = 'internal') -> FlaskClient:
    return create_app(audience).test_client()


def where(lon: float, lat: float, zoom: int, layer: str = 'schools') -> str:
    at = limits(WEB_MERCATOR_QUAD, zoom, (lon, lat, lon, lat))
    return f'/api/collections/{layer}/tiles/WebMercatorQuad/{zoom}/{at.north}/{at.west}'


def schools(count: int) -> list[tuple[str, float, float]]:
    """Code and place of schools that lie at least 0.05 degrees, two tiles of zoom 14, from each other."""
    found: list[tuple[str, float, float]] = []
    for code, lon, lat in query('select code, ST_X(geom_wgs84), ST_Y(geom_wgs84) from layer.schools order by id'):
        if all(abs(lon - x) + abs(lat - y) > 0.1 for _, x, y in found):
            found.append((code, lon, lat))
    return found[:count]


def beside(lon: float, lat: float) -> tuple[float, float]:
    """In the next tile of zoom 14, across the far edge of its own."""
    across = (lon + 180) / 360 * 2**14 % 1
    return lon + (1 if across < 0.5 else -1) * 360 / 2**14, lat


def move(folder: Path, locality: Locality, code: str, lon: float, lat: float) -> int:
    """The number of a release that has moved one school, by a file of its agency."""
    row = {'MA_TRUONG': code, 'TEN_TRUONG': 'Trường đã dời', 'CAP_HOC': 'high', 'SO_CHO': 7}
    feature = {'type': 'Feature', 'properties': row, 'geometry': {'type': 'Point', 'coordinates': [lon, lat]}}
    file = folder / 'moved.geojson'
    file.write_text(json.dumps({'type': 'FeatureCollection', 'features': [feature]}), encoding='utf-8')
    report = deliver(file, DeliveryOptions(layer='schools', mode='upsert', crs='EPSG:4326'), locality)
    assert report.release is not None
    return report.release


def test_a_release_drops_only_the_tiles_that_it_touches(
    province_database: dict[str, str], locality: Locality, tmp_path: Path
) -> None:
    """One school moves, to just within the western edge of a tile: the tiles where it was and where it is now are new,
    and the one west of it, in whose buffer it is; other neighbours, and another school's tile, stay as they are.
    """
    first, (_, lon, lat), third = schools(3)
    moved, old, other = first[0], first[1:], third[1:]
    step = 360 / 2**14
    target = (lon // step * step + 0.005 * step, lat)
    tiles = {name: where(*place, zoom) for name, place, zoom in (
        ('old', old, 14), ('beside old', beside(*old), 14), ('new', target, 14), ('west', (lon - step, lat), 14),
        ('east', (lon + step, lat), 14), ('other', other, 14), ('low', other, 8),
    )}  # fmt: skip
    client = app()
    # read to the end, as a server does it: what is kept is written then
    before = {name: client.get(address, buffered=True) for name, address in tiles.items()}
    number = move(tmp_path, locality, moved, *target)
    # what no release says is not seen: the tile comes from the cache
    query("update layer.schools set name = 'không ai phát hành' where code <> %s", moved)
    after = {name: client.get(address) for name, address in tiles.items()}
    changed = {name for name in tiles if before[name].headers['ETag'] != after[name].headers['ETag']}
    assert changed == {'old', 'new', 'west', 'low'}
    assert f'schools-{number}-' in after['new'].headers['ETag']
    assert after['other'].get_data() == before['other'].get_data()
    assert client.get(tiles['other'], headers={'If-None-Match': before['other'].headers['ETag']}).status_code == 304
    assert client.get(tiles['new'], headers={'If-None-Match': before['new'].headers['ETag']}).status_code == 200
    for name in ('new', 'west'):
        found = mapbox_vector_tile.decode(after[name].get_data())['schools']['features']
        assert moved in {feature['properties']['code'] for feature in found}


def test_cells_follow_each_release_as_if_counted_anew(
    province_database: dict[str, str], locality: Locality, tmp_path: Path
) -> None:
    (moved, *_), (_, *target) = schools(2)
    before = query(CELLS, 'schools')
    move(tmp_path, locality, moved, *target)
    followed = query(CELLS, 'schools')
    assert followed != before
    assert all(n > 0 for *_, n, _ in followed)
    assert query('select catalog.tile_cells_are_current(%s)', 'schools') == [(True,)]
    query('select catalog.recount_tile_cells(%s)', 'schools')
    assert query(CELLS, 'schools') == followed
    assert sum(n for level, *_, n, _ in followed if level == 13) == query('select count(*) from layer.schools')[0][0]


def test_a_layer_that_goes_takes_its_cells_along(database: dict[str, str]) -> None:
    query(
        """insert into catalog.layer (id, agency, access, definition)
           select 'gone', agency, access, definition from catalog.layer where id = 'schools'"""
    )
    query("insert into catalog.tile_cell values ('gone', 7, 1, 1, '{}', 1, 1), ('schools', 7, 1, 1, '{}', 1, 1)")
    query("delete from catalog.layer where id = 'gone'")
    assert not query(CELLS, 'gone')
    assert query(CELLS, 'schools')


@pytest.mark.parametrize('layer', ['schools', pytest.param('buildings', marks=exhaustive)])
def test_kept_cells_draw_what_counting_now_draws(province_database: dict[str, str], layer: str) -> None:
    """The same bytes, in both tile matrix sets."""
    addresses = [
        f'/api/collections/{layer}/tiles/{grid.name}/{z}/{at.north}/{at.west}'
        for grid in (WEB_MERCATOR_QUAD, WORLD_CRS84_QUAD)
        for z in (6, 8, 9)
        for at in [limits(grid, z, (106.2, 20.3, 106.2, 20.3))]
    ]
    client = app()
    kept = [client.get(address).get_data() for address in addresses]
    query('delete from catalog.tile_count where layer_id = %s', layer)
    query("update catalog.release set released_at = released_at + interval '1 second' where layer_id = %s", layer)
    client = app()
    assert [client.get(address).get_data() for address in addresses] == kept
    assert all(kept)


def test_audiences_never_share_a_tile(readable_province: dict[str, str]) -> None:
    """Only staff see how many people live in a building."""
    middle = 'select ST_Centroid(geom_wgs84) as p from layer.buildings limit 1'
    ((lon, lat),) = query(f'select ST_X(p), ST_Y(p) from ({middle}) b')
    for base in ('/api/collections/buildings', '/api'):
        address = f'{base}{where(lon, lat, 15).partition("/schools")[2]}'
        turns: tuple[tuple[Audience, bool], ...] = (('internal', True), ('public', False), ('internal', True))
        for audience, sees in turns:
            content = app(audience).get(address).get_data()
            assert (b'population' in content) is sees, (base, audience)


@pytest.mark.parametrize('audience', ['public', pytest.param('internal', marks=exhaustive)])
@pytest.mark.parametrize('zoom', [13, 16, *(pytest.param(zoom, marks=exhaustive) for zoom in (11, 14, 15))])
def test_a_tile_of_all_layers_is_the_tiles_of_each_in_their_order(
    readable_province: dict[str, str], locality: Locality, audience: Audience, zoom: int
) -> None:
    """The very bytes, whether all are drawn by one statement or each by its own; over HTTP and for a file."""
    ((_, lon, lat),) = schools(1)
    served = app(audience).get(f'/api{where(lon, lat, zoom).partition("/schools")[2]}').get_data()
    at = limits(WEB_MERCATOR_QUAD, zoom, (lon, lat, lon, lat))
    place, made_by = TileAddress(zoom, at.west, at.north), maker.TileMaker(audience, locality)
    with connection(READERS[audience]) as db:
        reading = pmtiles.Reading(db)
        now = states_by_layer(reading.rows(states_statement(tuple(locality.layers_for(audience).values()))))
        sheet = of_all(locality, audience, now).sheet
        own_tiles = [made_by.tile(reading, maker.Sheet((layer,)), now, place).content for layer in sheet.at(place)]
        together = made_by.tile(reading, sheet, now, place).content
    assert len([tile for tile in own_tiles if tile]) > 5
    assert together == b''.join(own_tiles)
    assert served == together


def test_a_layer_that_is_too_large_for_a_tile_of_all_is_shortened_there(
    readable_province: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ((_, lon, lat),) = schools(1)
    address = f'/api{where(lon, lat, 14).partition("/schools")[2]}'
    whole = app().get(address)
    assert 'Dothi-Shortened' not in whole.headers
    monkeypatch.setattr(maker, 'MOST_BYTES', len(whole.get_data()) // 2)
    monkeypatch.setenv('DOTHI_TILE_CACHE_MB', '0')
    answer = app().get(address)
    assert answer.headers['Dothi-Shortened']
    assert len(answer.get_data()) <= len(whole.get_data()) // 2


def test_a_damaged_file_is_made_anew(readable_province: dict[str, str]) -> None:
    ((_, lon, lat),) = schools(1)
    client, address = app(), where(lon, lat, 14)
    tile = client.get(address, buffered=True).get_data()
    (file,) = [
        file for file in (Path(readable_province['DOTHI_STATE']) / 'cache').rglob('*') if file.is_file()
    ]  # fmt: skip
    whole = file.read_bytes()
    for damaged in (whole[:-3], whole[:-3] + b'xyz', b'', b'{}\n', b'no json\n'):
        file.write_bytes(damaged)
        assert client.get(address).get_data() == tile
        assert file.read_bytes() == whole


def test_tiles_of_one_block_are_kept_together_and_a_damaged_one_is_none(tmp_path: Path) -> None:
    cache, parts = FileCache(tmp_path, 1_000_000), [b'first', b'', b'third']
    cache.write_parts('ab/block', '7', parts)
    assert [cache.read_part('ab/block', '7', number) for number in range(4)] == [*parts, None]
    assert cache.read_part('ab/block', '8', 0) is None
    assert [file.name for file in tmp_path.rglob('*') if file.is_file()] == ['block']
    file = tmp_path / 'ab' / 'block'
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + b'x')
    assert [cache.read_part('ab/block', '7', number) for number in range(3)] == [b'first', b'', None]
    head, _, body = whole.partition(b'\n')
    for sizes in ('[1e9]', '{"0": 5}', '[99999999999999999999]', '[-1]', '{}', 'null', '["5"]', '[]'):
        lying = re.sub(rb'\[5, 0, 5\]', sizes.encode(), head)
        for damaged in (lying + b'\n' + body, lying, body):
            file.write_bytes(damaged)
            assert cache.read_part('ab/block', '7', 0) is None


def test_a_cache_that_is_full_forgets_what_was_written_first(tmp_path: Path) -> None:
    # one that never thinks of pruning by itself writes
    cache, roomy = TileCache(tmp_path, 100_000), TileCache(tmp_path, 100_000_000)
    for number in range(50):
        roomy.put(f'all/{number}', pack_tile('1', '', bytes([number]) * 10))
        # the clock of a file system ticks more slowly than files are written
        os.utime(tmp_path / 'all' / str(number), (number, number))
    cache.prune()
    kept = [number for number in range(50) if cache.get(f'all/{number}', '1')]
    assert kept
    assert kept == list(range(50 - len(kept), 50))
    assert sum(file.stat().st_blocks * 512 for file in tmp_path.rglob('*') if file.is_file()) <= 100_000
    assert cache.get(f'all/{kept[0]}', '2') is None


def test_a_version_is_the_newest_release_that_touched_the_tile() -> None:
    """Whole at 1, one tile of zoom 14 at 2, one of zoom 10 at 3."""
    at = [Version(number, _moment(number)) for number in range(5)]
    known = Changes().and_then([(1, _moment(1), None, None, None), (2, _moment(2), 14, [13000], [7000])], 2)
    later = known.and_then([(3, _moment(3), 10, [800], [450])], 3)
    assert known.of(TileAddress(14, 13000, 7000)) == later.of(TileAddress(14, 13000, 7000)) == at[2]
    assert later.of(TileAddress(14, 13001, 7000)) == later.of(TileAddress(16, 52004, 28003)) == at[1]
    assert later.of(TileAddress(16, 52001, 28003)) == at[2]
    assert later.of(TileAddress(12, 3202, 1802)) == at[3]
    assert later.of(TileAddress(6, 50, 28)) == at[3]
    assert known.of(TileAddress(6, 50, 27)) == at[2]
    assert later.and_then([(4, _moment(4), None, None, None)], 4).of(TileAddress(14, 1, 1)) == at[4]


def _moment(number: int) -> datetime:
    return datetime(2026, 1, number + 1, tzinfo=UTC)


@thorough
def test_pmtiles_hold_the_very_bytes_that_are_served(
    readable_province: dict[str, str], locality: Locality, tmp_path: Path
) -> None:
    """Read by the format's own reader and by GDAL; every tile that has content is in it, and no other."""
    file = tmp_path / 'schools.pmtiles'
    narrow = locality.layers['schools'].publish.tiles.zooms
    done = pmtiles.export(file, locality, 'public', layer='schools')
    client = app('public')
    with file.open('rb') as opened:
        source = MmapSource(opened)
        tiles = dict(all_tiles(source))
        header, metadata = Reader(source).header(), Reader(source).metadata()
    assert len(tiles) == done.tiles
    assert (header['min_zoom'], header['max_zoom']) == narrow
    assert metadata['vector_layers'][0]['fields']['places'] == 'Number'
    for z, x, y in sorted(tiles)[:: len(tiles) // 40]:
        served = client.get(f'/api/collections/schools/xyz/{z}/{x}/{y}.pbf', headers={'Accept-Encoding': 'gzip'})
        assert served.get_data() == tiles[z, x, y]
    at = limits(WEB_MERCATOR_QUAD, 10, (106.2, 20.3, 106.2, 20.3))
    for x in range(at.west - 1, at.west + 2):
        answer = client.get(f'/api/collections/schools/xyz/10/{x}/{at.north}.pbf')
        assert (answer.status_code == 200) is ((10, x, at.north) in tiles)
    read = subprocess.run(
        ['ogrinfo', '-ro', '-so', '-al', str(file)], capture_output=True, text=True, check=True
    ).stdout
    assert "using driver `PMTiles'" in read
    assert 'Layer name: schools' in read
    assert 'ID["EPSG",3857]' in read


def test_pmtiles_of_nothing_leave_no_file(database: dict[str, str], locality: Locality, tmp_path: Path) -> None:
    with pytest.raises(NoData):
        pmtiles.export(tmp_path / 'x.pmtiles', locality, 'public', layer='schools')
    with pytest.raises(pmtiles.NoFolder):
        pmtiles.export(tmp_path / 'no' / 'x.pmtiles', locality, 'public')
    assert not list(tmp_path.glob('*pmtiles*'))


def test_only_the_limits_have_tiles_and_their_neighbours_say_why(province: Province) -> None:
    """In a running service, as OGC's own test suite goes about it."""
    for layer in ('buildings', 'districts'):
        found = requests.get(f'{province.public_url}/api/collections/{layer}/tiles/WebMercatorQuad', timeout=120).json()
        at = found['tileMatrixSetLimits'][0]
        base = f'{province.public_url}/api/collections/{layer}/tiles/WebMercatorQuad/{at["tileMatrix"]}'
        assert requests.get(f'{base}/{at["maxTileRow"]}/{at["minTileCol"]}', timeout=120).status_code in (200, 204)
        outside = requests.get(f'{base}/{at["maxTileRow"] + 1}/{at["minTileCol"]}', timeout=120)
        assert outside.status_code == 404
        assert str(at['maxTileRow']) in outside.json()['description']


@pytest.mark.parametrize('put', [lambda file, _: file.mkdir(), lambda file, kept: file.symlink_to(kept)])
def test_what_lies_in_the_place_of_a_kept_tile_and_is_no_file_is_none(
    tmp_path: Path, put: Callable[[Path, Path], None]
) -> None:
    """Where a link led to a device, a process read it until it had all memory."""
    cache = TileCache(tmp_path / 'cache', 10_000)
    cache.put('a/1', pack_tile('v', '', b'tile'))
    kept = (tmp_path / 'cache' / 'a' / '1').rename(tmp_path / 'kept')
    put(tmp_path / 'cache' / 'a' / '1', kept)
    assert cache.get('a/1', 'v') is None
