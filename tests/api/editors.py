"""What the tests of editing share: an office with two schools, and how its staff sends edits."""

import json
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dothi.core.database import connection
from tests.api.conftest import E0, N0, TOKENS, school

TOKEN, OTHER_TOKEN = (word.partition(':')[2] for word in TOKENS.split())
LAN, MINH = ({'Authorization': f'Bearer {token}'} for token in (TOKEN, OTHER_TOKEN))
IN_9209 = {'Content-Crs': '<http://www.opengis.net/def/crs/EPSG/0/9209>'}
SCHOOLS = '/api/collections/schools/items'


def feature(code: str, x: float = 50, y: float = 50, **properties: Any) -> dict[str, Any]:
    """A school as GeoJSON, in metres of the working CRS."""
    geometry = {'type': 'Point', 'coordinates': [E0 + x, N0 + y]}
    return {'type': 'Feature', 'geometry': geometry, 'properties': school(code) | properties}


def send(
    client: FlaskClient, method: str, where: str, body: Any, media_type: str, headers: dict[str, str] | None
) -> TestResponse:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    given = {**LAN, **IN_9209, 'Content-Type': media_type, **(headers or {})}
    return client.open(where, method=method, data=text, headers={name: value for name, value in given.items() if value})


def post(client: FlaskClient, body: Any, headers: dict[str, str] | None = None, where: str = SCHOOLS) -> TestResponse:
    return send(client, 'POST', where, body, 'application/geo+json', headers)


def put(
    client: FlaskClient, number: object, body: Any, headers: dict[str, str] | None = None, where: str = SCHOOLS
) -> TestResponse:
    return send(client, 'PUT', f'{where}/{number}', body, 'application/geo+json', headers)


def patch(
    client: FlaskClient, number: object, body: Any, headers: dict[str, str] | None = None, where: str = SCHOOLS
) -> TestResponse:
    return send(client, 'PATCH', f'{where}/{number}', body, 'application/merge-patch+json', headers)


def delete(
    client: FlaskClient, number: object, headers: dict[str, str] | None = None, where: str = SCHOOLS
) -> TestResponse:
    return client.delete(f'{where}/{number}', headers={**LAN, **(headers or {})})


def rows(statement: str, *values: object) -> list[tuple[Any, ...]]:
    """What the database holds."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall())


def number_of(code: str, layer: str = 'schools') -> int:
    ((number,),) = rows(f'select id from layer.{layer} where code = %s', code)
    return int(number)


def problems(answer: TestResponse) -> dict[str, str]:
    """Pointer to code of what a 422 tells."""
    assert answer.status_code == 422, answer.get_data(as_text=True)
    return {error['pointer']: error['code'] for error in answer.get_json()['errors']}
