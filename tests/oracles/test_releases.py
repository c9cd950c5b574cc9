"""What two deliveries changed by pandas: both states merged by code, and geopandas for the zone of each."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dothi.core.database import connection
from dothi.core.locality import Locality
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from tests.matrix import number_of_examples
from tests.oracles.conftest import zones_of
from tests.processes.conftest import ORIGIN

# Three zones, of which the second and the third overlap, and a place outside of all. No point lies on a border.
ZONES = {'a': (0, 0, 1000, 1000), 'b': (1000, 0, 2000, 1000), 'c': (1500, 0, 2500, 1000), 'd': (4000, 0, 4100, 100)}
PLACES = st.sampled_from([(500, 500), (700, 300), (1250, 500), (1750, 500), (2250, 500), (3000, 500)])
SCHOOLS = st.dictionaries(st.sampled_from('stuvw'), st.tuples(PLACES, st.sampled_from([100, 200])), min_size=1)


@pytest.fixture
def send(database: dict[str, str], tmp_path: Path, locality: Locality) -> Iterator[Callable[..., str]]:
    """Delivers schools, by code as (place, places), and returns a moment after it."""

    def deliver_schools(schools: dict[str, tuple[tuple[int, int], int]]) -> str:
        features = [
            {
                'type': 'Feature',
                'properties': {'code': code, 'name': code, 'level': 'primary', 'places': places},
                'geometry': {'type': 'Point', 'coordinates': [x + ORIGIN[0], y + ORIGIN[1]]},
            }
            for code, ((x, y), places) in schools.items()
        ]
        crs = {'type': 'name', 'properties': {'name': 'urn:ogc:def:crs:EPSG::9209'}}
        file = tmp_path / 'schools.geojson'
        file.write_text(json.dumps({'type': 'FeatureCollection', 'crs': crs, 'features': features}))
        report = deliver(file, DeliveryOptions(layer='schools', accept_loss=True), locality)
        assert report.verdict in ('accepted', 'unchanged'), report.notes
        return datetime.now(UTC).isoformat()

    yield deliver_schools
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('update catalog.release set delivery_id = null; delete from catalog.delivery')


def state(schools: dict[str, tuple[tuple[int, int], int]]) -> pd.DataFrame:
    return pd.DataFrame(
        [(code, *place, places) for code, (place, places) in schools.items()], columns=['code', 'x', 'y', 'places']
    )


def expected(
    before: dict[str, tuple[tuple[int, int], int]], after: dict[str, tuple[tuple[int, int], int]]
) -> dict[str | None, dict[str, int]]:
    """Figures of each zone, and of the whole under None; a change counts where the feature is afterwards."""
    pairs = state(before).merge(state(after), on='code', how='outer', suffixes=('_old', '_new'), indicator=True)
    both = pairs['_merge'] == 'both'
    values = both & (pairs['places_old'] != pairs['places_new'])
    moved = both & ((pairs['x_old'] != pairs['x_new']) | (pairs['y_old'] != pairs['y_new']))
    zones = geopandas.GeoDataFrame({'code': list(ZONES)}, geometry=[shapely.box(*box) for box in ZONES.values()])
    inside = {
        time: geopandas.GeoSeries(geopandas.points_from_xy(pairs[f'x_{time}'], pairs[f'y_{time}']))
        for time in ('old', 'new')
    }
    figures = {}
    for code, area in [*zip(zones['code'], zones.geometry, strict=True), (None, shapely.box(-1e6, -1e6, 1e6, 1e6))]:
        old, new = (inside[time].within(area) & pairs[f'x_{time}'].notna() for time in ('old', 'new'))
        figures[code] = {
            'before': old.sum(), 'after': new.sum(),
            'added': (new & (pairs['_merge'] == 'right_only')).sum(),
            'removed': (old & (pairs['_merge'] == 'left_only')).sum(),
            'changed': (new & (values | moved)).sum(),
            'changed_values': (new & values).sum(), 'changed_geometry': (new & moved).sum(),
            'moved_in': (both & new & ~old).sum(), 'moved_out': (both & old & ~new).sum(),
        }  # fmt: skip
    return figures


# two deliveries for each example: too dear to shrink one
@settings(
    max_examples=number_of_examples(3, 8),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(before=SCHOOLS, after=SCHOOLS)
def test_two_deliveries_and_what_changed_between_them(
    before: dict[str, tuple[tuple[int, int], int]],
    after: dict[str, tuple[tuple[int, int], int]],
    send: Callable[..., str],
    answer: Callable[..., Any],
) -> None:
    moment = send(before)
    send(after)
    found = answer('compare-releases', layer='schools', before=moment, zones=zones_of(ZONES))
    figures = expected(before, after)
    for feature in found['features']:
        row = feature['properties']
        wanted = figures[row['code']]
        assert {name: row[name] for name in wanted} == wanted, row['code']
    whole = {name: found['summary'][name] for name in ('added', 'removed', 'changed')}
    assert whole == {name: figures[None][name] for name in whole}
