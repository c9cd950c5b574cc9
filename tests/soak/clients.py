"""Who uses an instance during a soak: readers of all kinds, planners who run analyses, an agency that delivers."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.instances import WholeInstance

TIMEOUT_S = 60
# Longest pause of a reader between two requests, and how long a planner and an agency wait before they begin again.
READER_PAUSE_S, PLANNER_PAUSE_S, AGENCY_PAUSE_S = 0.6, 3.0, 8.0
PATHS = (
    '/',
    '/api/collections?f=json',
    '/api/collections/schools/items?f=json&limit=20',
    '/api/collections/roads/items?f=html&limit=10',
    '/api/collections/bus_stops/items?f=json&limit=100',
    '/api/collections/buildings?f=html',
    '/api/tiles/WebMercatorQuad/12/{row12}/{column12}?f=mvt',
    '/api/collections/buildings/tiles/WebMercatorQuad/14/{row14}/{column14}?f=mvt',
    '/api/map/tiles/WebMercatorQuad/13/{row13}/{column13}?f=png',
    '/api/collections/schools/map?f=png&width=300&height=200',
    '/api/collections/catalogue/items?f=json&q=trường',
)
# The tile that the middle of the demo lies in at zoom 12; those of higher zooms follow from it.
MIDDLE = (1812, 3255)
ANALYSES: dict[str, dict[str, Any]] = {
    'group-by-units': {'layer': 'schools', 'level': 'commune', 'date': '2025-08-01'},
    'service-coverage': {'facilities': 'schools', 'distance_m': 900},
    'export-features': {'collection': 'roads', 'format': 'csv'},
}


@dataclass
class Diary:
    """What all clients saw. wrong: answers that nobody may get; acknowledged: codes of rows that were released."""

    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    jobs: Counter[str] = field(default_factory=Counter)
    acknowledged: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, answer: requests.Response | None, address: str) -> None:
        """Counts an answer; None where nobody answered, which a killed service may do for a moment."""
        with self.lock:
            if answer is None:
                self.answers['nobody'] += 1
            elif answer.status_code == 503 and 'Retry-After' in answer.headers:
                self.answers['503 with Retry-After'] += 1
            else:
                self.answers[f'{answer.status_code}'] += 1
                if answer.status_code >= 500:
                    self.wrong.append(f'{answer.status_code} {address} {answer.text[:300]}')


def read(instance: WholeInstance, diary: Diary, ended: threading.Event, seed: int) -> None:
    """Asks for something else again and again."""
    chance, session = random.Random(seed), requests.Session()
    session.headers['X-Forwarded-For'] = f'10.1.0.{seed}'
    while not ended.is_set():
        port = chance.choice((instance.port, instance.public_port))
        address = f'http://127.0.0.1:{port}{_path(chance)}'
        diary.note(_answer(lambda: session.get(address, timeout=TIMEOUT_S)), address)  # noqa: B023
        ended.wait(chance.uniform(0, READER_PAUSE_S))


def _path(chance: random.Random) -> str:
    places = {}
    for zoom in (12, 13, 14):
        side = 2 ** (zoom - 12)
        places[f'row{zoom}'] = MIDDLE[0] * side + chance.randrange(2 * side)
        places[f'column{zoom}'] = MIDDLE[1] * side + chance.randrange(2 * side)
    return chance.choice(PATHS).format(**places)


def plan(instance: WholeInstance, diary: Diary, ended: threading.Event) -> None:
    """Starts an analysis, follows it to its end, and begins the next one."""
    number = 0
    while not ended.wait(PLANNER_PAUSE_S):
        process_id = [*ANALYSES][number % len(ANALYSES)]
        number += 1
        job = _start(instance, diary, process_id, ANALYSES[process_id])
        if job is not None:
            diary.jobs[_follow(job, diary)] += 1


def _start(instance: WholeInstance, diary: Diary, process_id: str, inputs: dict[str, Any]) -> str | None:
    """The address of the job that was acknowledged; None where it was put off or nobody answered."""
    address = f'http://127.0.0.1:{instance.port}/api/processes/{process_id}/execution'
    body, headers = {'inputs': inputs}, {'Prefer': 'respond-async'}
    answer = _answer(lambda: requests.post(address, json=body, headers=headers, timeout=TIMEOUT_S))
    diary.note(answer, address)
    return answer.headers['Location'] if answer is not None and answer.status_code == 201 else None


def _follow(job: str, diary: Diary) -> str:
    """How the job ended; `lost` where it is not known any more, `endless` where it does not end."""
    until = time.monotonic() + 300
    while time.monotonic() < until:
        answer = _answer(lambda: requests.get(job, timeout=TIMEOUT_S))
        diary.note(answer, job)
        if answer is not None and answer.status_code == 404:
            return 'lost'
        if answer is not None and answer.ok and (status := str(answer.json()['status'])) not in {'accepted', 'running'}:
            return status
        time.sleep(0.5)
    return 'endless'


def deliver(instance: WholeInstance, diary: Diary, ended: threading.Event, folder: Path) -> None:
    """Releases one more bus stop again and again; what failed is delivered again, as an agency would."""
    number = 0
    while not ended.wait(AGENCY_PAUSE_S):
        code = f'SOAK-{number:05d}'
        file = folder / f'{code}.csv'
        lon, lat = 106.10 + number % 100 / 1000, 20.30 + number // 100 / 1000
        file.write_text(f'MA_DIEM,TEN_DIEM,kinh_do,vi_do\n{code},Điểm {number},{lon},{lat}\n', encoding='utf-8')
        done = instance.dothi('deliver', file, '-l', 'bus_stops', '--crs', 'EPSG:4326', '--mode', 'upsert')
        with diary.lock:
            diary.answers[f'delivery: exit code {done.returncode}'] += 1
            if done.returncode == 0:
                diary.acknowledged.append(code)
                number += 1
            elif done.returncode not in {4, 5, 6}:
                diary.wrong.append(f'delivery: {done.returncode} {done.stderr[-300:]}')


def lost_rows(instance: WholeInstance, diary: Diary) -> list[str]:
    """Codes of rows that were acknowledged and are not served."""
    items = instance.get("/api/collections/bus_stops/items?f=json&limit=10000&filter=code%20LIKE%20'SOAK-%25'")
    served = {feature['properties']['code'] for feature in items['features']}
    return sorted({*diary.acknowledged} - served)


def _answer(ask: Callable[[], requests.Response]) -> requests.Response | None:
    try:
        return ask()
    except requests.RequestException:
        return None
