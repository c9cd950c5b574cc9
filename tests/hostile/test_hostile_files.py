"""Files that mean harm, each in the closed room: refused, nothing read, nothing fetched, the next delivery unharmed."""

from pathlib import Path

import pytest

from dothi.core.errors import DataRefused
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from etl.closed_room.layers import open_source
from etl.closed_room.rasters import clean_copy
from tests.hostile.conftest import SECRET, Target
from tests.hostile.files import HOSTILE, sound_geopackage
from tests.hostile.rasters import HOSTILE_RASTERS
from tests.matrix import EXHAUSTIVE, exhaustive

# What they carry is ignored, and the rest of them is data: a schema's address is a name, a geometry a thousand levels
# deep and a shape of two billion points are faults of their rows, and rows that only the head of a table speaks of are
# none.
HARMLESS = {
    'gml-fetch-schema-location', 'gpkg-crash-deep-geometry', 'gpkg-crash-name-is-sql', 'gpkg-exhaust-point-count',
    'gpkg-read-table-of-sqlite', 'shp-exhaust-sparse-table', 'shp-crash-counts'
}  # fmt: skip
# What refuses zip-exhaust-bomb or csv-exhaust-one-line refuses these; each takes seconds.
ALIKE = {'kmz-exhaust-bomb', '7z-exhaust-bomb', 'csv-exhaust-wkt'}
# By day the next delivery is read after each file that ends its reader or fills its room, and after some of the others.
NEXT_DELIVERY_AFTER = {
    kind for number, kind in enumerate(HOSTILE) if number % 4 == 0 or kind.split('-')[1] in ('exhaust', 'crash')
}


@pytest.fixture(autouse=True)
def quick_limits(monkeypatch: pytest.MonkeyPatch, target: Target) -> None:
    """Limits that a test can wait for: 1 s of processor time in place of 40."""
    monkeypatch.setenv('DOTHI_STATE', str(target.folder.parent / 'state'))
    monkeypatch.setenv('DOTHI_ROOM_SECONDS', '1')
    monkeypatch.setenv('DOTHI_ROOM_SECONDS_PER_MB', '0')
    monkeypatch.setenv('DOTHI_ROOM_MEMORY_MB', '1500')


def read_all(file: Path, layer: Layer) -> str:
    """All that comes out of the room, as text."""
    source = open_source(file, layer, None)
    values = [batch.columns for batch in source.batches()]
    return f'{source} {values}'


def test_there_are_enough_of_each_aim() -> None:
    aims = [kind.split('-')[1] for kind in (*HOSTILE, *HOSTILE_RASTERS)]
    assert len(aims) >= 40
    assert {aim for aim in aims if aims.count(aim) >= 5} == {'read', 'fetch', 'exhaust', 'crash'}


@pytest.mark.parametrize('kind', [pytest.param(kind, marks=exhaustive) if kind in ALIKE else kind for kind in HOSTILE])
def test_a_hostile_file_is_refused_and_gets_nothing(kind: str, target: Target, locality: Locality) -> None:
    schools = locality.layers['schools']
    file = HOSTILE[kind](target)
    try:
        text = read_all(file, schools)
        assert kind in HARMLESS, f'{kind} was read'
    except DataRefused as refusal:
        assert kind not in HARMLESS, f'{kind} was refused'
        text = refusal.text.vi + refusal.text.en
        assert 'room-' not in text, 'the refusal shows where readers work'
    assert SECRET not in text
    assert target.visits == []
    if EXHAUSTIVE or kind in NEXT_DELIVERY_AFTER:
        assert '"T0"' in read_all(sound_geopackage(target.folder / 'next.gpkg'), schools), 'the next delivery suffers'


@pytest.mark.parametrize('kind', HOSTILE_RASTERS)
def test_a_hostile_raster_is_refused_and_gets_nothing(kind: str, target: Target, locality: Locality) -> None:
    file = HOSTILE_RASTERS[kind](target)
    with pytest.raises(DataRefused) as caught, clean_copy(file, locality.coverages['elevation']):
        pass
    assert SECRET not in caught.value.text.vi + caught.value.text.en
    assert 'room-' not in caught.value.text.vi + caught.value.text.en
