"""Pictures are kept until a release changes what they show, and only those of their audience."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from time import sleep, time_ns
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient

from dothi.api.app import create_app
from dothi.api.maps import edition, make
from dothi.api.maps.cache import tile_window
from dothi.api.maps.single_flight import SingleFlight
from dothi.api.tiles.changes import Version
from dothi.cartography.mapping import draw as drawing
from dothi.cartography.mapping.limits import TooBusy
from dothi.cartography.mapping.picture import Picture
from dothi.cartography.mapping.view import View
from dothi.core.database import engine
from dothi.core.layer import Audience
from dothi.core.limit_settings import MapSettings
from dothi.core.locality import Locality, load_locality
from dothi.core.settings import ServerSettings
from tests.api.test_tiles_cache import move, query, schools
from tests.conftest import PATIENCE_S
from tests.matrix import thorough
from tests.nam_dinh import whole_copy

SIDE_M = 3_000


def around(lon: float, lat: float, crs: str = 'EPSG:9209') -> str:
    """A picture of schools and districts, 3 km wide and high."""
    east, north = query(
        'select ST_X(p), ST_Y(p) from ST_Transform(ST_SetSRID(ST_Point(%s, %s), 4326), 9209) as p', lon, lat
    )[0]
    half = SIDE_M / 2
    box = f'{east - half},{north - half},{east + half},{north + half}'
    return f'/api/map?collections=districts,schools&bbox={box}&bbox-crs=EPSG:9209&crs={crs}&width=512&height=512&f=png'


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which pictures were really drawn, by their format."""
    found: list[str] = []

    def draw(picture: Picture, *others: Any) -> bytes:
        found.append(picture.format)
        return real(picture, *others)

    real = drawing.draw
    monkeypatch.setattr(make, 'draw', draw)
    return found


def app(audience: Audience = 'internal') -> FlaskClient:
    return create_app(audience).test_client()


def test_a_release_drops_only_the_pictures_that_it_touches(
    province_database: dict[str, str], locality: Locality, tmp_path: Path, drawn: list[str]
) -> None:
    """A school moves: where it was and where it is now are drawn anew, in every system; elsewhere the picture is the
    one that was kept, with the tag that clients know, also in another process. A damaged file is drawn again.
    """
    (moved, *_), *_ = places = schools(3)
    old, target, other = (place[1:] for place in places)
    client = app()
    addresses = {
        'old': around(*old), 'old in 3857': around(*old, crs='EPSG:3857'), 'new': around(*target),
        'other': around(*other),
    }  # fmt: skip
    before = {name: client.get(address) for name, address in addresses.items()}
    assert {answer.status_code for answer in before.values()} == {200}, before['old'].get_data()
    assert len(drawn) == 4
    # what no release says is not seen: the picture is the one that was kept
    query("update layer.schools set level = 'high'")
    for name, address in addresses.items():
        assert client.get(address).get_data() == before[name].get_data()
    assert len(drawn) == 4
    move(tmp_path, locality, moved, *target)
    after = {name: app().get(address) for name, address in addresses.items()}
    changed = {name for name in addresses if before[name].headers['ETag'] != after[name].headers['ETag']}
    assert changed == {'old', 'old in 3857', 'new'}
    assert len(drawn) == 7
    assert after['other'].get_data() == before['other'].get_data()
    assert after['other'].headers['Last-Modified'] == before['other'].headers['Last-Modified']
    known = {'If-None-Match': before['other'].headers['ETag']}
    assert client.get(addresses['other'], headers=known).status_code == 304
    files = [file for file in (Path(province_database['DOTHI_STATE']) / 'cache').rglob('*.png') if file.is_file()]
    assert len(files) == 4
    for file in files:
        file.write_bytes(file.read_bytes()[:-3])
    again = [client.get(addresses['other']) for _ in range(2)]
    assert [answer.status_code for answer in again] == [200, 200]
    assert again[0].get_data() == again[1].get_data()
    assert len(drawn) == 8


def test_a_release_that_comes_while_a_picture_is_drawn_is_in_the_picture(
    province_database: dict[str, str], locality: Locality, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A school moves in once the picture is drawn, before it is answered: the answer shows it, and is what is kept."""
    (moved, *_), (_, lon, lat) = schools(2)
    coming = [moved]

    def draw(picture: Picture, *others: Any) -> bytes:
        content = real(picture, *others)
        while coming:
            move(tmp_path, locality, coming.pop(), lon + 0.005, lat)
        return content

    real = drawing.draw
    before = app().get(around(lon, lat, crs='EPSG:3857'))
    monkeypatch.setattr(make, 'draw', draw)
    first = app().get(around(lon, lat))
    assert not coming
    again = app().get(around(lon, lat))
    assert (first.headers['ETag'], first.get_data()) == (again.headers['ETag'], again.get_data())
    assert first.headers['Last-Modified'] > before.headers['Last-Modified']
    monkeypatch.setattr(make, 'draw', real)
    for file in (Path(province_database['DOTHI_STATE']) / 'cache').rglob('*.png'):
        file.unlink()
    assert app().get(around(lon, lat)).get_data() == first.get_data()


def test_a_picture_that_two_processes_want_at_once_is_drawn_by_one_of_them(
    readable_province: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each app has a lock of its own, as each web process has; the other app waits, and finds the picture kept."""
    ((_, lon, lat),) = schools(1)
    begun, drawn = Event(), []

    def draw(picture: Picture, *others: Any) -> bytes:
        drawn.append(picture.format)
        begun.set()
        sleep(0.3)
        return real(picture, *others)

    real = drawing.draw
    monkeypatch.setattr(make, 'draw', draw)
    first, second = app(), app()
    with ThreadPoolExecutor(1) as other:
        waited_for = other.submit(first.get, around(lon, lat))
        assert begun.wait(PATIENCE_S)
        answer = second.get(around(lon, lat))
    assert answer.status_code == 200, answer.get_data()
    assert answer.get_data() == waited_for.result().get_data()
    assert drawn == ['png']


def test_a_release_that_took_long_drops_pictures_too(
    readable_province: dict[str, str], drawn: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Districts get release 6, which takes a while; meanwhile schools get release 7. When 6 is there, the newest of the
    two is 7 as before, and the picture is another one all the same.
    """
    ((_, lon, lat),) = schools(1)
    address, made = around(lon, lat), datetime(2026, 1, 1, tzinfo=UTC)
    tags = []
    for districts in (5, 6):
        numbers = {'districts': districts, 'schools': 7}
        monkeypatch.setattr(edition, '_layer_version', lambda _db, layer, *_, n=numbers: Version(n[layer.id], made))
        tags.append(app().get(address).headers['ETag'])
    assert tags[0] != tags[1]
    assert len(drawn) == 2


@pytest.mark.parametrize(
    'address', ['/api/map?width=64', '/api/map/tiles/WebMercatorQuad/9/226/407', '/api/map/xyz/9/407/226.png']
)
def test_no_connection_is_held_while_a_picture_is_drawn(
    readable_province: dict[str, str], monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """Drawing takes one: threads that all held one already would wait for each other until they give up."""
    held: list[int] = []

    def draw(*_: object) -> bytes:
        held.append(engine('reader_internal').pool.checkedout())  # type: ignore[attr-defined]
        return b'a picture'

    def draw_tiles(picture: Picture, *_: object) -> list[bytes]:
        columns, rows = picture.tiles or (0, 0)
        return [draw()] * (columns * rows)

    monkeypatch.setattr(make, 'draw', draw)
    monkeypatch.setattr(make, 'draw_tiles', draw_tiles)
    assert app().get(address).status_code == 200
    assert held == [0]


def test_a_missing_picture_that_several_ask_for_is_drawn_once(
    readable_province: dict[str, str], drawn: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others are drawn meanwhile, not after it."""
    begun, go_on = Event(), Event()

    def draw(picture: Picture, *others: Any) -> bytes:
        if picture.view.width_px == 64:
            begun.set()
            assert go_on.wait(PATIENCE_S)
        drawn.append(picture.format)
        return drawing.draw(picture, *others)

    monkeypatch.setattr(make, 'draw', draw)
    served = create_app('internal')
    with ThreadPoolExecutor(4) as clients:
        asked = [clients.submit(served.test_client().get, '/api/map?width=64') for _ in range(3)]
        assert begun.wait(PATIENCE_S)
        assert served.test_client().get('/api/map?width=65').status_code == 200
        assert drawn == ['png']
        sleep(0.5)
        go_on.set()
        answers = [one.result() for one in asked]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.data for answer in answers}) == 1
    assert drawn == ['png'] * 2


def test_who_waits_too_long_for_another_s_picture_gives_up_and_a_failure_is_told_to_all() -> None:
    flights, begun, go_on = SingleFlight[str](), Event(), Event()

    def fail() -> str:
        begun.set()
        assert go_on.wait(PATIENCE_S)
        raise ValueError('broken')

    with ThreadPoolExecutor(2) as others:
        first = others.submit(flights.do, 'a', fail, 30)
        assert begun.wait(PATIENCE_S)
        assert flights.do('b', lambda: 'b', 30) == 'b'
        with pytest.raises(TooBusy):
            flights.do('a', fail, 0.01)
        second = others.submit(flights.do, 'a', fail, 30)
        sleep(0.2)
        go_on.set()
        for one in (first, second):
            with pytest.raises(ValueError, match='broken'):
                one.result()
    assert flights.do('a', lambda: 'anew', 30) == 'anew'


def test_pictures_that_wait_leave_threads_for_other_requests() -> None:
    assert MapSettings().map_renderers + MapSettings().map_queue < ServerSettings().threads - 1


def test_signs_decide_over_a_picture_too() -> None:
    assert any(file.name == 'school.svg' for file in edition.SOURCES)


@thorough
def test_what_is_drawn_differently_is_another_picture(
    readable_province: dict[str, str], locality: Locality, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    drawn: list[str],
) -> None:  # fmt: skip
    """Another audience, size or format; another style file; other software."""
    ((_, lon, lat),) = schools(1)
    address = around(lon, lat)
    tags = [app(audience).get(address).headers['ETag'] for audience in ('internal', 'public')]
    others = (address.replace('width=512', 'width=513'), address.replace('png', 'webp'))
    tags += [app().get(other).headers['ETag'] for other in others]
    folder = whole_copy(tmp_path / 'locality')
    monkeypatch.setenv('DOTHI_LOCALITY', str(folder))
    assert load_locality(folder).broken == {}
    client = app()
    tags.append(client.get(address).headers['ETag'])
    style = folder / 'styles' / 'schools.yml'
    said = yaml.safe_load(style.read_text(encoding='utf-8'))
    style.write_text(yaml.safe_dump(said | {'draw_order': 71}), encoding='utf-8')
    tags.append(client.get(address).headers['ETag'])
    monkeypatch.setattr(edition, 'software_versions', lambda: 'another')
    tags.append(client.get(address).headers['ETag'])
    assert len(set(tags)) == len(tags) == len(drawn) == 7


def test_a_picture_is_as_old_as_its_style_at_most(
    province_database: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For clients that send no tag, but the date of what they have (RFC 9110, 8.8.2)."""
    ((_, lon, lat),) = schools(1)
    folder = whole_copy(tmp_path / 'locality')
    style = folder / 'styles' / 'schools.yml'
    monkeypatch.setenv('DOTHI_LOCALITY', str(folder))
    client, (z, x, y) = app(), (14, 13026, 7246)
    wms = (
        '/ows?service=WMS&version=1.3.0&request=GetMap&layers=schools&styles=&crs=CRS:84&width=64&height=64'
        f'&format=image/png&bbox={lon - 0.01},{lat - 0.01},{lon + 0.01},{lat + 0.01}'
    )
    addresses = (around(lon, lat), wms, f'/api/collections/schools/map/tiles/WebMercatorQuad/{z}/{y}/{x}')
    dated = {address: client.get(address) for address in addresses}
    assert {answer.status_code for answer in dated.values()} == {200}
    since = {address: {'If-Modified-Since': answer.headers['Last-Modified']} for address, answer in dated.items()}
    assert [client.get(address, headers=since[address]).status_code for address in addresses] == [304] * 3
    style.write_text(style.read_text(encoding='utf-8'), encoding='utf-8')
    os.utime(style, ns=(time_ns() + 10**9,) * 2)
    assert [client.get(address, headers=since[address]).status_code for address in addresses] == [200] * 3


def test_a_picture_of_rows_that_wait_to_be_generalised_is_not_kept(
    province_database: dict[str, str], drawn: list[str]
) -> None:
    """It is shown, under a tag of its own; once nobody is expected to generalise them, it is kept as it is."""
    address = '/api/collections/buildings/map?width=64&height=64&f=png'
    query('delete from general.state; update catalog.release set released_at = now()')
    first, second = app().get(address), app().get(address)
    assert first.status_code == 200
    assert 'passing' in first.headers['ETag']
    assert len(drawn) == 2
    assert second.get_data() == first.get_data()
    query("update catalog.release set released_at = released_at - interval '1 hour'")
    kept = [app().get(address) for _ in range(2)]
    assert 'passing' not in kept[0].headers['ETag']
    assert kept[0].get_data() == kept[1].get_data() == first.get_data()
    assert len(drawn) == 3
    assert app().get(address, headers={'If-None-Match': first.headers['ETag']}).status_code == 200


@thorough
def test_a_picture_of_rows_that_wait_for_another_definition_is_not_kept(
    province_database: dict[str, str], drawn: list[str]
) -> None:
    """What was generalised by another style is not shown; in some seconds there will be what is."""
    query("update catalog.release set released_at = released_at - interval '1 hour'")
    query("update general.state set definition = 'of another style' where layer_id = 'buildings'")
    address = '/api/collections/buildings/map?width=64&height=64&f=png'
    assert ['passing' in app().get(address).headers['ETag'] for _ in range(2)] == [True, True]
    assert len(drawn) == 2


def test_a_window_holds_what_decides_over_the_picture() -> None:
    """A box of 1,000 m on 100 pixels, in the working system, has 256 pixels more on each side."""
    view = View(9209, (570_000, 2_240_000, 571_000, 2_241_000), 100, 100)
    found = tile_window(view)
    assert found is not None
    west, south, east, north = found.degrees
    assert (east - west) * 104_400 == pytest.approx(6_120, rel=0.01)
    assert (north - south) * 110_700 == pytest.approx(6_120, rel=0.01)
    everywhere = tile_window(View(9209, (-1e9, -1e9, 1e9, 1e9), 100, 100))
    assert everywhere is None or everywhere.shown_cells(1) == (0, 1, 0, 1)
