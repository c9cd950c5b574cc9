"""A release that PostGIS cannot generalise is served; one that the machine has no room for is not half made."""

from pathlib import Path

import pytest

from dothi.core.errors import DiskFull
from dothi.core.locality import Locality
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from tests.api.test_generalised import every_size_counts, query, write_buildings
from tests.matrix import exhaustive

pytestmark = pytest.mark.usefixtures(every_size_counts.__name__)
OPTIONS = DeliveryOptions(layer='buildings', crs='EPSG:9209')


def refuse(code: str) -> None:
    """Have PostgreSQL end the counting of cells with that error."""
    query(f"""create or replace function general.count_cells(p_levels integer[], p_points boolean) returns void
        language plpgsql as $$ begin raise exception 'refused' using errcode = '{code}'; end $$""")


@pytest.mark.parametrize(
    'code', ['XX000', *(pytest.param(code, marks=exhaustive) for code in ('22003', '53200', '54000'))]
)
def test_a_release_is_served_where_its_cells_are_too_much_for_postgis(
    database: dict[str, str], locality: Locality, tmp_path: Path, code: str
) -> None:
    """An error of GEOS, a number out of range, too little memory, more than PostgreSQL's own limits."""
    refuse(code)
    report = deliver(write_buildings(tmp_path, [('a', 'public', 0, 0, 9)]), OPTIONS, locality)
    assert report.release is not None
    assert query('select count(*) from layer.buildings') == [(1,)]
    assert query('select count(*) from general.state') == [(0,)]


def test_a_full_disk_refuses_the_release(database: dict[str, str], locality: Locality, tmp_path: Path) -> None:
    refuse('53100')
    with pytest.raises(DiskFull):
        deliver(write_buildings(tmp_path, [('a', 'public', 0, 0, 9)]), OPTIONS, locality)
    assert query('select count(*) from layer.buildings') == [(0,)]
