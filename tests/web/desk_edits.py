"""What the pages of edits show: an editor, a conflict, and edits that wait, made as QGIS and deliveries make them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import requests

from dothi.core.access.keys import make_key
from dothi.core.access.person import Action, Role
from dothi.core.database import connection
from dothi.core.locality import load_locality
from dothi.core.settings import PathSettings
from etl.desk.conflicts import conflicts, decide
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.editing.change_set import change_sets, reject
from tests.web.conftest import STEWARD, enter_person

# Each test has a school of its own, or changes another stop.
NUMBERS = count(1)
PLACE = (567_000.0, 2_258_000.0)
SCHOOL = 'code,name,level,places,x,y\n{code},{name},primary,{places},{east},{north}\n'


@dataclass
class Editor:
    """Somebody who edits in QGIS or by a program."""

    url: str
    key: str

    def patch(self, layer: str, number: int, body: dict[str, Any]) -> int:
        """The status of a change of one feature."""
        headers = {
            'Authorization': f'Bearer {self.key}', 'Content-Type': 'application/merge-patch+json',
            'Content-Crs': '<http://www.opengis.net/def/crs/EPSG/0/9209>',
        }  # fmt: skip
        where = f'{self.url}/api/collections/{layer}/items/{number}'
        answer = requests.patch(where, json=body, headers=headers, timeout=60)
        return answer.status_code


def enter_editor(url: str, name: str) -> Editor:
    """Somebody new with the right to edit all layers."""
    person = enter_person(name, Role.EDITOR)
    with connection('gatekeeper') as db:
        return Editor(url, make_key(db, person, 'QGIS', [Action.SEE, Action.EDIT], 1))


def number_of(layer: str, code: str) -> int:
    """The id of the feature of this code."""
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute(f'select id from layer.{layer} where code = %s', [code])
        ((number,),) = cursor.fetchall()
    return int(number)


def send_school(folder: Path, code: str, **values: object) -> None:
    """A delivery of one school; what is not named is as in the first one."""
    file = folder / 'truong.csv'
    usual: dict[str, object] = {'name': 'Trường gốc', 'places': 100, 'east': PLACE[0], 'north': PLACE[1]}
    file.write_text(SCHOOL.format(code=code, **usual | values), encoding='utf-8')
    options = DeliveryOptions(layer='schools', crs='EPSG:9209', mode='upsert')
    deliver(file, options, load_locality(PathSettings().locality))


@contextmanager
def open_conflict(editor: Editor, folder: Path) -> Iterator[int]:
    """The number of a conflict: the edit makes 150 places of 100 and moves the school; the delivery makes 120."""
    code = f'M{next(NUMBERS)}'
    send_school(folder, code)
    moved = {'type': 'Point', 'coordinates': [PLACE[0] + 500, PLACE[1]]}
    number = number_of('schools', code)
    assert editor.patch('schools', number, {'properties': {'places': 150}, 'geometry': moved}) == 204
    send_school(folder, code, places=120, name='Trường đổi tên')
    (opened,) = conflicts(None)
    assert opened.columns == ['places']
    yield opened.id
    for left in conflicts(None):
        decide(left.id, 'edit', 'end of the test', STEWARD, load_locality(PathSettings().locality))


@contextmanager
def pending_edits(editor: Editor) -> Iterator[int]:
    """The number of a set with one edit of a bus stop, which waits for review; it also moves the stop."""
    number = number_of('bus_stops', next_stop())
    moved = {'type': 'Point', 'coordinates': list(PLACE)}
    assert editor.patch('bus_stops', number, {'properties': {'name': 'Điểm dừng mới'}, 'geometry': moved}) == 202
    (opened,) = change_sets('bus_stops')
    yield opened.id
    for left in change_sets('bus_stops'):
        reject(left.id, STEWARD, 'end of the test')


def next_stop() -> str:
    """The code of a stop that no test has changed yet."""
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute('select code from layer.bus_stops order by code limit 1 offset %s', [next(NUMBERS)])
        ((code,),) = cursor.fetchall()
    return str(code)
