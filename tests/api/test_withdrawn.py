"""A layer that was withdrawn or changed while a process serves it as it was: come again, and never a defect."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from psycopg2 import sql

from dothi.core.database import READERS, connection, role_name
from tests.api.conftest import Desk, school, tile_address

POINT = 'POINT(0 0)'
PATHS = (
    '/api/collections/schools/items', '/api/collections/schools/items/1', '/api/collections/schools/items?f=csv',
    tile_address('schools', 14),
)  # fmt: skip
# As `dothi migrate` changes a layer: it becomes internal, a column is renamed, or widened.
CHANGES = (
    'revoke all on layer.schools from {reader}',
    'alter table layer.schools rename to withdrawn',
    'alter table layer.schools rename name to title',
    'drop view share.schools; alter table layer.schools alter places type bigint',
)


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('change', CHANGES)
def test_what_changes_under_a_process_is_asked_for_again(
    desk: Desk, client: Callable[..., FlaskClient], change: str, path: str
) -> None:
    desk.release('schools', [(POINT, school('A'))])
    app = client('public')
    assert app.get(path).status_code == 200
    desk.release('schools', [(POINT, school('B'))])
    with connection('owner') as db, db.cursor() as cursor:
        cursor.execute(sql.SQL(change).format(reader=sql.Identifier(role_name(READERS['public']))))
    answer = app.get(path)
    assert answer.status_code in (200, 404, 503), answer.text
    assert answer.status_code != 503 or 'Retry-After' in answer.headers
