"""A town whose addresses can be placed by hand: two wards side by side, a commune apart, streets, houses, a school.

In kilometres from the corner of `Agency`: Lộc Vượng from 0 to 2, Lộc Hạ from 2 to 4, Hải An from 10 to 12, all 2 high.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import shapely

from dothi.core.database import READERS, connection
from dothi.core.locality import Locality
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.geocode.geocode import geocode
from etl.geocode.result import GeocodedAddress
from tests.conftest import building_template, fresh
from tests.databases import Instance
from tests.etl.conftest import Agency

type Place = Callable[[str], GeocodedAddress]

COMMUNES = {'13687': ('Phường Lộc Vượng', 0), '13684': ('Phường Lộc Hạ', 2_000), '14284': ('Xã Hải An', 10_000)}


def commune_rows(agency: Agency) -> list[tuple[dict[str, str], shapely.Geometry]]:
    return [({'MA_XA': code, 'TEN_XA': name}, agency.box(east, 0, 2_000)) for code, (name, east) in COMMUNES.items()]


def street(agency: Agency, name: str, *points: tuple[float, float]) -> tuple[dict[str, str], shapely.Geometry]:
    """A stretch of a street through points in metres from the corner."""
    line = shapely.LineString([shapely.get_coordinates(agency.point(*point))[0] for point in points])
    return {'MA_DUONG': f'{name} {points[0]}', 'TEN_DUONG': name, 'CAP_DUONG': 'commune'}, line


def streets(agency: Agency) -> list[tuple[dict[str, str], shapely.Geometry]]:
    return [
        # through both wards
        street(agency, 'Đường Trần Hưng Đạo', (100, 1_000), (2_000, 1_000)),
        street(agency, 'Đường Trần Hưng Đạo', (2_000, 1_000), (3_900, 1_000)),
        street(agency, 'Phố Lê Lợi', (500, 200), (500, 900)),
        # another one of the same name, far away
        street(agency, 'Phố Lê Lợi', (10_500, 200), (10_500, 900)),
        street(agency, 'Ngõ 12 Đường Trần Hưng Đạo', (300, 1_000), (300, 1_150)),
        street(agency, 'QL 21B', (100, 1_900), (1_900, 1_900)),
        # two streets of one name in a commune
        street(agency, 'Đường Hai Bà Trưng', (10_200, 300), (10_200, 600)),
        street(agency, 'Đường Hai Bà Trưng', (11_500, 300), (11_500, 600)),
        # called like a ward
        street(agency, 'Phố Lộc Hạ', (11_000, 300), (11_000, 600)),
        street(agency, 'Phố Chương Dương', (1_500, 300), (1_500, 600)),
        street(agency, 'Đường Gôi - Tam Thanh', (10_100, 1_500), (11_900, 1_500)),
    ]


def house(agency: Agency, number: str, name: str, dx: float, dy: float) -> tuple[dict[str, str], shapely.Geometry]:
    """A house of 10 by 10 m whose middle is at `dx`, `dy`."""
    row = {'MA_CT': f'{number} {name} {dx}', 'CONG_NANG': 'residential', 'SO_NHA': number, 'TEN_DUONG': name}
    return row, agency.box(dx - 5, dy - 5, 10)


def houses(agency: Agency) -> list[tuple[dict[str, str], shapely.Geometry]]:
    return [
        house(agency, '12', 'Đường Trần Hưng Đạo', 300, 1_015),
        house(agency, '12/5', 'Đường Trần Hưng Đạo', 310, 1_080),
        house(agency, '14', 'Đường Trần Hưng Đạo', 330, 1_015),
        house(agency, '300', 'Đường Trần Hưng Đạo', 3_000, 1_015),
        # on either side of the border, and on one
        house(agency, '40', 'Đường Trần Hưng Đạo', 1_950, 1_015),
        house(agency, '40', 'Đường Trần Hưng Đạo', 2_050, 1_015),
        house(agency, '44', 'Đường Trần Hưng Đạo', 2_080, 1_015),
        house(agency, '5', 'Đường Hai Bà Trưng', 11_515, 400),
        house(agency, '7A', 'Phố Lê Lợi', 515, 400),
        house(agency, '9', 'Phố Lê Lợi', 10_515, 400),
        house(agency, '4', 'QL 21B', 1_000, 1_915),
    ]


@pytest.fixture(scope='session')
def town_template(
    instance: Instance, template: str, locality: Locality, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """Name of a database with the town, to be copied."""
    name, folder = 'template_town', tmp_path_factory.mktemp('town')
    agency = Agency(folder)
    files: dict[str, Path] = {
        'communes': agency.geojson('communes.geojson', commune_rows(agency)),
        'roads': agency.geojson('roads.geojson', streets(agency)),
        'buildings': agency.geojson('buildings.geojson', houses(agency)),
        'schools': agency.geojson('schools.geojson', [
            (agency.school('T1', TEN_TRUONG='Trường Tiểu học Lộc Hạ'), agency.point(3_000, 500)),
        ]),
    }  # fmt: skip
    with building_template(instance, name, template, folder / 'state'):
        for layer, file in files.items():
            report = deliver(file, DeliveryOptions(layer=layer, accept_loss=True), locality)
            assert report.verdict == 'accepted', (layer, report.notes, report.rows)
    return name


@pytest.fixture
def town(
    instance: Instance, town_template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """The test's own database with the town."""
    yield from fresh(instance, town_template, tmp_path, monkeypatch)


@pytest.fixture(scope='module')
def place(
    instance: Instance, town_template: str, locality: Locality, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """Places one address in the town, which no test of the module changes."""
    with pytest.MonkeyPatch.context() as patch:
        for _ in fresh(instance, town_template, tmp_path_factory.mktemp('place'), patch):

            def place_(address: str) -> GeocodedAddress:
                with connection(READERS['internal']) as db:
                    return geocode(db, locality, [address])[0]

            yield place_
