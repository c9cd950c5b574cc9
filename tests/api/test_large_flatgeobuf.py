"""A FlatGeobuf has an index as long as making it takes a bounded memory, and all of its rows always."""

from pathlib import Path

import pyogrio
import pytest

from dothi.api.app import create_app
from dothi.core.export import gdal_file
from tests.api.conftest import Desk

PLACES = [(f'POINT({x} 0)', {'code': f's{x}', 'name': 'A', 'level': 'high'}) for x in range(5)]


@pytest.mark.parametrize(
    ('most_rows', 'query', 'rows', 'is_indexed'),
    [(5, {}, 5, True), (4, {}, 5, False), (4, {'limit': 4}, 4, True), (3, {'filter': "code = 's1'"}, 1, True)],
    ids=['as many as may be', 'one more', 'a page of them', 'a filter'],
)
def test_a_flatgeobuf_of_too_many_rows_has_no_index_and_lacks_none(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    most_rows: int, query: dict[str, str], rows: int, is_indexed: bool,
) -> None:  # fmt: skip
    """GDAL holds the boxes of all rows in memory for it. Rows of the answer count, not those of the layer."""
    monkeypatch.setattr(gdal_file, 'MOST_INDEXED_ROWS', most_rows)
    desk.release('schools', PLACES)
    answer = create_app('public').test_client().get('/api/collections/schools/items', query_string=query | {'f': 'fgb'})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    file = tmp_path / 'schools.fgb'
    file.write_bytes(answer.get_data())
    info = pyogrio.read_info(file, force_feature_count=True)
    assert (info['features'], info['capabilities']['fast_spatial_filter']) == (rows, is_indexed)
