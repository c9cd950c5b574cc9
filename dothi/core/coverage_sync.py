"""Makes the catalogue's list of coverages what the coverage files say."""

import json
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extras import Json

from dothi.core.coverage import Coverage
from dothi.core.layer_columns import UnsafeLayerChange, execute, first_row
from dothi.core.locality import Locality


def sync_coverages(db: Connection, locality: Locality) -> list[str]:
    """Sentences that say what was made or altered, one per coverage, and nothing where all is as the files say.

    Raises UnsafeLayerChange where a released raster would be read by another meaning of its bands.
    """
    for name in locality.layers:
        if first_row(db, sql.SQL("select 1 from catalog.layer where id = %s and kind = 'coverage'"), [name]):
            raise _other_kind(name, 'layers')
    return [change for coverage in locality.coverages.values() for change in _sync(db, coverage)]


def _sync(db: Connection, coverage: Coverage) -> list[str]:
    stored = first_row(
        db, sql.SQL('select definition, kind, current_release from catalog.layer where id = %s'), [coverage.id]
    )
    definition = json.loads(json.dumps(coverage.definition()))
    if stored is not None:
        _must_stay_readable(coverage, *stored)
        if stored[0] == definition:
            return []
    execute(
        db,
        sql.SQL("""
            insert into catalog.layer (id, agency, access, definition, kind) values (%s, %s, %s, %s, 'coverage')
            on conflict (id) do update set agency = excluded.agency, access = excluded.access,
                definition = excluded.definition, updated_at = now()"""),
        [coverage.id, coverage.agency, coverage.access, Json(definition)],
    )
    return [f'{coverage.id}: created' if stored is None else f'{coverage.id}: description changed']


def _must_stay_readable(coverage: Coverage, definition: dict[str, Any], kind: str, release: int | None) -> None:
    if kind != 'coverage':
        raise _other_kind(coverage.id, 'coverages')
    if release is not None and _stored(definition['bands']) != _stored(coverage.definition()['bands']):
        raise UnsafeLayerChange(
            vi=f'{coverage.id}: đã phát hành, nên không đổi được tên, thứ tự, kiểu hay nodata của dải. Dùng mã mới.',
            en=f'{coverage.id} has releases: names, order, type and nodata of its bands cannot change. Use a new id.',
        )


def _other_kind(name: str, folder: str) -> UnsafeLayerChange:
    return UnsafeLayerChange(
        vi=f'{name} đã là mã của dữ liệu loại khác (đối tượng hoặc raster). Đặt mã khác cho {folder}/{name}.yml.',
        en=f'{name} is the id of data of another kind already (features or raster). Rename {folder}/{name}.yml.',
    )


def _stored(bands: list[dict[str, Any]]) -> list[tuple[str, str, float]]:
    """What decides how the values in a file are read."""
    return [(band['name'], band['type'], band['nodata']) for band in bands]
