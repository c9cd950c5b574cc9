"""Exports: the file that a job writes, how it is handed back, and what is left where it fails."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pyogrio
import pyproj
import pytest
import shapely

from dothi.core.database import connection
from dothi.core.errors import DothiError, http_status
from dothi.core.export.formats import FORMATS
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from dothi.core.settings import PathSettings
from processes.queue import records
from processes.queue.jobs import expire_results
from processes.queue.manager import Outcome, outcome_of, run_process
from processes.queue.records import ResultGone
from tests.forked import ForkedProcess
from tests.present import present
from tests.processes.conftest import ORIGIN, building, house, station, wait_until
from tests.processes.town import Loader

HOUSES = [(0, 0), (100, 0), (200, 0)]


@pytest.fixture
def houses(loader: Loader) -> int:
    """Three houses of 2 m side; the number of their release."""
    rows = [(house(x, y), building(i, people=i or None)) for i, (x, y) in enumerate(HOUSES)]
    return loader.load('buildings', rows, demo=True)


def export(audience: Audience = 'internal', **inputs: Any) -> Outcome:
    return run_process('export-features', {'collection': 'buildings', **inputs}, audience)


def drafts() -> list[Any]:
    folder = Path(PathSettings().store) / 'drafts'
    return [*folder.iterdir()] if folder.exists() else []


def test_a_file_of_every_format_is_kept_whole_and_named_after_its_release(houses: int, worker: ForkedProcess) -> None:
    for form, known in FORMATS.items():
        outcome = export(format=form)
        result = outcome.result
        assert result.media_type == known.media_type
        assert present(result.name).startswith(f'buildings-release-{houses}-')
        assert present(result.name).endswith(f'.{form}')
        assert present(result.file).stat().st_size > 200
        assert outcome.releases == {'buildings': houses}
        assert outcome_of(outcome.job_id, 'internal') == outcome
        # the worker clears up a moment after the result is there
        wait_until(lambda: drafts() == [])


def test_geoparquet_says_where_it_is_and_holds_every_value(houses: int, worker: ForkedProcess) -> None:
    """Version 1.1 of the format: its metadata, the boxes that readers skip rows by, and the stored coordinates."""
    file = export(format='parquet').result.file
    table = pq.read_table(file)
    geo = json.loads(table.schema.metadata[b'geo'])
    column = geo['columns'][geo['primary_column']]
    assert (geo['version'], geo['primary_column']) == ('1.1.0', 'geom')
    assert (column['encoding'], column['geometry_types']) == ('WKB', ['MultiPolygon'])
    assert pyproj.CRS.from_json_dict(column['crs']).to_epsg() == 9209
    east, north = ORIGIN
    assert column['bbox'] == [east - 1, north - 1, east + 201, north + 1]
    assert column['covering'] == {'bbox': {side: ['bbox', side] for side in ('xmin', 'ymin', 'xmax', 'ymax')}}
    rows = table.to_pylist()
    assert [row['code'] for row in rows] == ['B000', 'B001', 'B002']
    assert [row['population'] for row in rows] == [None, 1, 2]
    shapes = shapely.from_wkb([row['geom'] for row in rows])
    for row, shape, (x, y) in zip(rows, shapes, HOUSES, strict=True):
        assert shape.equals_exact(shapely.affinity.translate(house(x, y), *ORIGIN), 0)
        assert tuple(row['bbox'].values()) == shape.bounds
    assert table.schema.metadata[b'demo'] == b'true'


def test_geoparquet_in_degrees_is_crs84(houses: int, worker: ForkedProcess) -> None:
    geo = json.loads(pq.read_schema(export(format='parquet', crs='EPSG:4326').result.file).metadata[b'geo'])
    assert geo['columns']['geom']['crs']['id'] == {'authority': 'OGC', 'code': 'CRS84'}
    assert 105 < geo['columns']['geom']['bbox'][0] < 107


def test_geojson_is_read_by_gdal_in_its_system(houses: int, worker: ForkedProcess) -> None:
    info = pyogrio.read_info(export(format='geojson').result.file, force_feature_count=True)
    assert (pyproj.CRS(info['crs']).to_epsg(), info['features']) == (9209, 3)


def test_what_is_chosen_is_what_is_written(houses: int, worker: ForkedProcess) -> None:
    def codes(**inputs: Any) -> list[str]:
        text = export(format='csv', **inputs).result.content().decode('utf-8-sig')
        return [row['code'] for row in csv.DictReader(io.StringIO(text, newline=''))]

    assert codes(filter='population >= 1') == ['B001', 'B002']
    assert codes(filter={'op': '=', 'args': [{'property': 'code'}, 'B000']}) == ['B000']
    assert codes(collection={'collection': 'buildings', 'filter': 'population < 2'}, filter='population > 0') == [
        'B001'
    ]
    west, south = pyproj.Transformer.from_crs(9209, 4326, always_xy=True).transform(ORIGIN[0] + 50, ORIGIN[1] - 50)
    assert codes(bbox=[west, south, west + 1, south + 1]) == ['B001', 'B002']
    assert codes(properties=['code'], headers='names') == ['B000', 'B001', 'B002']
    assert codes(datetime='2001-01-01') == []


def test_what_there_was_is_called_after_the_release_of_then(
    houses: int, worker: ForkedProcess, loader: Loader, one: Callable[..., Any]
) -> None:
    old = one("select current_release from catalog.layer where id = 'buildings'")
    then = one('select clock_timestamp()').isoformat()
    new = loader.load('buildings', [])
    for inputs in ({'datetime': then}, {'collection': {'collection': 'buildings', 'datetime': then}}):
        told = export(format='csv', **inputs)
        assert present(told.result.name).startswith(f'buildings-release-{old}-')
        assert told.releases == {'buildings': old}
    assert export(format='csv').releases == {'buildings': new}


def test_the_public_service_exports_what_is_public_and_no_more(
    houses: int, worker: ForkedProcess, locality: Locality
) -> None:
    (hidden,) = [name for name, column in locality.layers['buildings'].columns.items() if column.access == 'internal']
    head = export('public', format='csv').result.content().decode('utf-8-sig').split('\r\n')[0]
    assert f'"{hidden}"' not in head
    assert f'"{hidden}"' in export('internal', format='csv').result.content().decode('utf-8-sig').split('\r\n')[0]
    with pytest.raises(DothiError, match=hidden) as refused:
        export('public', format='csv', properties=['code', hidden])
    assert http_status(refused.value) == 400


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({'format': 'dwg'}, ' or '.join(map(repr, [*FORMATS][-2:]))),
    ({'collection': 'building'}, 'Did you mean "buildings"'),
    ({'properties': ['cod']}, 'Did you mean "code"'),
    ({'filter': 'populatoin > 1'}, 'Did you mean "population"'),
    ({'filter': '1 / 0 > population'}, 'cannot be evaluated'),
    ({'bbox': [106, 21, 107, 20]}, 'west, south, east, north'),
    ({'bbox': [106, 21, 107]}, 'must have 4 values'),
    ({'crs': 'EPSG:2154'}, 'is not served'),
    ({'crs': 'somewhere'}, 'is not served'),
    ({'datetime': 'yesterday'}, 'RFC 3339'),
]


def test_what_cannot_be_exported_is_refused_with_the_way_out(houses: int, worker: ForkedProcess) -> None:
    for inputs, said in REFUSED:
        with pytest.raises(DothiError, match=said) as refused:
            export(**({'format': 'csv'} | inputs))
        assert http_status(refused.value) in {400, 404}
    wait_until(lambda: drafts() == [])


@pytest.mark.own_database
def test_a_store_that_cannot_be_written_fails_the_job_with_a_reason(
    houses: int, new_worker: Callable[..., ForkedProcess], tmp_path: Path
) -> None:
    blocked = tmp_path / 'a file'
    blocked.write_text('where the store should be')
    new_worker(DOTHI_STORE=str(blocked))
    with pytest.raises(DothiError, match='could not be written') as refused:
        export(format='gpkg')
    assert type(refused.value).__name__ == 'NotWritten'
    assert http_status(refused.value) == 503


def test_a_file_is_kept_for_days_and_then_said_to_be_gone(houses: int, worker: ForkedProcess) -> None:
    outcome = export(format='csv')
    expire_results(result_days=1, job_days=90)
    assert present(outcome.result.file).exists()
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute("update job.job set finished_at = now() - interval '25 hours'")
    expire_results(result_days=1, job_days=90)
    assert not present(outcome.result.file).parent.exists()
    with pytest.raises(ResultGone, match='Run the job again'):
        outcome_of(outcome.job_id, 'internal')


def test_a_result_of_the_internal_service_is_not_handed_to_the_public_one(houses: int, worker: ForkedProcess) -> None:
    job_id = export(format='csv').job_id
    with records.open_desk('public') as db:
        assert records.job_results(db, job_id) == {}


def test_an_empty_layer_gives_an_empty_file_and_an_undelivered_one_says_so(
    loader: Loader, worker: ForkedProcess
) -> None:
    loader.load('health_facilities', [])
    text = run_process(
        'export-features', {'collection': 'health_facilities', 'format': 'csv'}, 'public'
    ).result.content()
    assert text.decode('utf-8-sig').count('\r\n') == 1
    for form in FORMATS:
        run_process('export-features', {'collection': 'health_facilities', 'format': form}, 'public')
    with pytest.raises(Exception, match='has no data yet'):
        run_process('export-features', {'collection': 'schools', 'format': 'csv'}, 'public')


def test_titles_head_the_table_for_excel(loader: Loader, worker: ForkedProcess) -> None:
    import openpyxl

    loader.load('health_facilities', [(shapely.Point(0, 0), station(1))])
    file = run_process('export-features', {'collection': 'health_facilities', 'format': 'xlsx'}, 'public').result.file
    head, row = openpyxl.load_workbook(file).worksheets[0].iter_rows(values_only=True)
    assert head[:3] == ('id', 'Mã cơ sở', 'Tên')
    assert row[1:3] == ('S1', 'Trạm 1')
