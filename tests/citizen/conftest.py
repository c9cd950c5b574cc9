"""A small place whose people report holes and dead lamps, with reviewers, and somebody who may not review."""

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from dothi.api.app import create_app
from dothi.cartography.shared_styles import sync_styles
from dothi.core import database as core_database
from dothi.core.access.keys import make_key
from dothi.core.access.people import invite
from dothi.core.access.person import Action, Person, Role
from dothi.core.database import connection
from dothi.core.layer import Audience
from dothi.core.locality import Locality, load_locality
from dothi.core.migrate import migrate
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from tests.conftest import Instance, use
from tests.somewhere import AGENCIES, PLACE

RULES = """
time_zone: Asia/Ho_Chi_Minh
levels: {district: {title: {vi: Quận, en: District}, layer: districts}}
citizen_reports:
  layer: problems
  columns: {code: code, kind: what, received_at: since, unit: district}
  values: {state: open}
  kinds: [hole, lamp]
  cell_m: 100
  max_characters: 200
  photo_mb: 2
  photo_megapixels: 20
  per_address: 5
  per_day: 20
  keep_days: 30
"""
LAYER = """
title: {{vi: Lớp {id}, en: Layer {id}}}
id: {id}
description: {{vi: Để thử., en: For tests.}}
theme: city
agency: office
access: public
licence: CC-BY-4.0
update_cycle: P1Y
key: [code]
source: {{crs: EPSG:4326}}
"""
PROBLEMS = (
    LAYER.format(id='problems')
    + """
geometry: Point
columns:
  code: {type: text, required: true, title: {vi: Mã, en: Code}}
  what:
    type: text
    required: true
    title: {vi: Việc gì, en: What}
    domain: {hole: {vi: Ổ gà, en: Hole}, lamp: {vi: Đèn hỏng, en: Dead lamp}, noise: {vi: Tiếng ồn, en: Noise}}
  state: {type: text, required: true, title: {vi: Tình trạng, en: State}, domain: {open: {vi: Mở, en: Open}}}
  since: {type: timestamp, title: {vi: Từ lúc, en: Since}}
  district: {type: text, unit_layer: districts, title: {vi: Quận, en: District}}
  note: {type: text, title: {vi: Ghi chú, en: Note}}
dashboard: {panel: cases, kind: what, open: {state: open}}
"""
)
DISTRICTS = (
    LAYER.format(id='districts')
    + """
geometry: Polygon
columns:
  code: {type: text, required: true, title: {vi: Mã, en: Code}}
"""
)
ACCESS = """
steward:
  - {may: [see, download, edit, deliver, decide, run, publish], layers: all, columns: all}
editor:
  - {may: [see, download], layers: all}
  - {may: [decide], layers: [districts]}
viewer:
  - {may: [see, download], layers: all}
planner:
  - {may: [see, download, decide], layers: [districts]}
"""
PEOPLE = {'reviewer': Role.STEWARD, 'other': Role.EDITOR, 'viewer': Role.VIEWER, 'planner': Role.PLANNER}
# Within district 7, and the middle of its cell of 100 m in the working CRS is some metres away.
PLACE_OF_HOLE = (106.17, 20.43)
ADDRESS = '203.0.113.7'


@dataclass
class City:
    """The place as it is served. keys: by name of PEOPLE."""

    locality: Locality
    keys: dict[str, str]
    clients: dict[Audience, Any]

    def public(self, address: str = ADDRESS) -> FlaskClient:
        """A client at this address."""
        client: FlaskClient = self.clients['public'].test_client()
        client.environ_base['REMOTE_ADDR'] = address
        return client

    def office(self, person: str = 'reviewer') -> FlaskClient:
        """A client of the internal service with the key of a person."""
        client: FlaskClient = self.clients['internal'].test_client()
        client.environ_base['HTTP_AUTHORIZATION'] = f'Bearer {self.keys[person]}'
        return client

    def send(self, address: str = ADDRESS, headers: dict[str, str] | None = None, **members: Any) -> TestResponse:
        """The answer to a report of a hole, with other or further members; None takes one out."""
        body = {name: value for name, value in (report() | members).items() if value is not None}
        return self.public(address).post('/api/reports?lang=en', json=body, headers=headers)


def report() -> dict[str, Any]:
    return {'place': [*PLACE_OF_HOLE], 'kind': 'hole', 'text': 'Ổ gà sâu trước cổng trường'}


def jpeg(width: int = 400, height: int = 300, form: str = 'JPEG', **options: Any) -> bytes:
    """A picture of noise, which no encoder makes small."""
    target = io.BytesIO()
    Image.effect_noise((width, height), 60).convert('RGB').save(target, form, **options)
    return target.getvalue()


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def rows(statement: str, *values: object) -> list[tuple[Any, ...]]:
    """What the database holds, as its administrator sees it."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall()) if cursor.description else []


def faults_of(answer: TestResponse) -> dict[str, str]:
    """Pointer to code of what a 422 says."""
    assert answer.status_code == 422, answer.get_data(as_text=True)
    return {error['pointer']: error['code'] for error in answer.get_json(force=True)['errors']}


@pytest.fixture(scope='module')
def city(instance: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    folder = tmp_path_factory.mktemp('city')
    locality = write_city(folder / 'locality')
    environment = instance.environment(instance.create(f'citizen_{uuid4().hex[:8]}'), folder / 'state')
    environment |= {'DOTHI_LOCALITY': str(locality.path), 'DOTHI_SIGN_IN': 'required', 'DOTHI_LANG': 'en'}
    with pytest.MonkeyPatch.context() as patch:
        use(patch, environment)
        migrate(locality)
        sync_styles(locality)
        _release(folder, locality)
        core_database.fresh()
        keys = {name: _key_of(name, role) for name, role in PEOPLE.items()}
        yield City(locality, keys, {'public': create_app('public'), 'internal': create_app('internal')})
        core_database.fresh()


@pytest.fixture(autouse=True)
def no_reports(request: pytest.FixtureRequest) -> None:
    """Each test begins with no report, on a day of which nothing has come."""
    if 'city' in request.fixturenames:
        request.getfixturevalue('city')
        rows('truncate citizen.report, citizen.day restart identity cascade')
        rows('delete from layer.problems')


def write_city(folder: Path, rules: str = RULES, problems: str = PROBLEMS) -> Locality:
    """The place with these rules of reports."""
    (folder / 'layers').mkdir(parents=True)
    files = {'locality.yml': PLACE + rules, 'agencies.yml': AGENCIES, 'access.yml': ACCESS}
    files |= {'layers/problems.yml': problems, 'layers/districts.yml': DISTRICTS}
    for name, text in files.items():
        (folder / name).write_text(text, encoding='utf-8')
    return load_locality(folder)


def _release(folder: Path, locality: Locality) -> None:
    """One problem, which the office reported itself, and district 7 around everything."""
    polygon = '{"type":"Polygon","coordinates":[[[106.1,20.4],[106.2,20.4],[106.2,20.5],[106.1,20.5],[106.1,20.4]]]}'
    point = '{"type":"Point","coordinates":[106.15,20.45]}'
    for layer, shape, properties in (
        ('districts', polygon, '{"code":"7"}'), ('problems', point, '{"code":"A1","what":"lamp","state":"open"}'),
    ):  # fmt: skip
        file = folder / f'{layer}.geojson'
        feature = f'{{"type":"Feature","properties":{properties},"geometry":{shape}}}'
        file.write_text(f'{{"type":"FeatureCollection","features":[{feature}]}}', encoding='utf-8')
        assert deliver(file, DeliveryOptions(layer=layer, crs='EPSG:4326'), locality).verdict == 'accepted'


def _key_of(name: str, role: Role) -> str:
    """A key of a new person with all that they may."""
    person = Person(id=uuid4(), name=f'city-{name}', title=name, role=role, agency=None)
    with connection('gatekeeper') as db:
        invite(db, person)
        return make_key(db, person, 'test', list(Action), 1)
