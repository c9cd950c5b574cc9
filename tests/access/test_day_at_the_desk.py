"""A day at the desk by HTTP alone: an agency is invited, delivers, is asked, edits and is told; then it is late."""

import base64
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from dothi.api.app import create_app
from dothi.core import database as core_database
from dothi.core.access.first import first_administrator
from dothi.core.locality import load_locality
from dothi.core.migrate import migrate
from dothi.core.ports import free_port
from tests.access.conftest import PASSWORD, Browser
from tests.access.test_mail import MailServer
from tests.api.conftest import E0, N0
from tests.conftest import PATIENCE_S, Instance, use
from tests.forked import ForkedProcess
from tests.processes.workers import ask, start_worker, stop_worker
from tests.somewhere import PLACE

AGENCIES = """
port: {title: {vi: Cảng vụ, en: Port authority}, focal_point: {vi: Ai đó, en: Somebody}}
"""
PIERS = """
id: piers
title: {vi: Cầu cảng, en: Piers}
description: {vi: Để thử., en: For tests.}
theme: lagoon
agency: port
access: internal
licence: CC-BY-4.0
update_cycle: P1M
geometry: Point
key: [code]
review: true
columns:
  code: {type: text, required: true, title: {vi: Mã, en: Code}}
  depth: {type: number, unit: m, min: 0, max: 30, title: {vi: Độ sâu, en: Depth}}
source: {crs: EPSG:9209}
publish: {search: [code]}
"""
# Metres in the zone of longitude 105 as in the working one, of 105°30': a table that does not say which lies in either.
PIERS_CSV = f'code;depth;X;Y\na;5;{E0};{N0}\nb;7;{E0 + 300};{N0}\n'


@dataclass
class Port:
    """The place as it runs: its app, its worker, and the mails that came of it."""

    app: Flask
    server: MailServer
    environment: dict[str, str]
    worker: ForkedProcess
    link: str

    def mail(self, to: str, subject: str) -> str:
        """The text of a mail, for which this waits."""

        def match() -> list[str]:
            mails = [
                mail for mail in self.server.mails if mail['To'] == to and re.search(subject, str(mail['Subject']))
            ]
            return [mail.get_content() for mail in mails]

        wait_for(match, f'{subject} to {to}; there are {[(mail["To"], mail["Subject"]) for mail in self.server.mails]}')
        return match()[0]

    def wake_up_later(self) -> None:
        """The worker is started again, which looks at once what the day brings."""
        stop_worker(self.worker)
        self.worker = start_worker(self.environment)


def wait_for(match: Callable[[], object], what: str) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not match():
        assert time.monotonic() < ends, what
        time.sleep(0.2)


@pytest.fixture
def port(instance: Instance, tmp_path: Path) -> Iterator[Port]:
    folder = tmp_path / 'locality'
    (folder / 'layers').mkdir(parents=True)
    for name, text in {'locality.yml': PLACE, 'agencies.yml': AGENCIES, 'layers/piers.yml': PIERS}.items():
        (folder / name).write_text(text, encoding='utf-8')
    server = MailServer(free_port())
    controller = Controller(server, hostname='127.0.0.1', port=server.port)
    controller.start()
    environment = instance.environment(instance.create('desk_day'), tmp_path / 'state') | {
        'DOTHI_LOCALITY': str(folder), 'DOTHI_SIGN_IN': 'required', 'DOTHI_MAIL_LINK_URL': 'http://desk.example',
        'DOTHI_MAIL_SERVER': f'smtp://127.0.0.1:{server.port}',
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        use(patch, environment)
        migrate(load_locality(folder))
        link = (first_administrator() or '').rpartition('/')[2]
        core_database.fresh()
        port = Port(create_app('internal'), server, environment, start_worker(environment), link)
        try:
            yield port
        finally:
            stop_worker(port.worker)
            controller.stop()
            core_database.fresh()


def take_up(app: Flask, secret: str) -> Browser:
    """Somebody who follows the link of their invitation."""
    browser = Browser(app.test_client())
    answer = browser.client.post(f'/invitation/{secret}', json={'password': PASSWORD})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    browser.csrf = answer.get_json()['csrf']
    return browser


def run(browser: Browser, process: str, **inputs: Any) -> dict[str, Any]:
    headers = {'X-CSRF-Token': browser.csrf, 'Prefer': 'wait=60'}
    body = {'inputs': inputs, 'response': 'document'}
    answer = browser.client.post(f'/api/processes/{process}/execution', json=body, headers=headers)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    report = answer.get_json()['report']
    return dict(report.get('value', report))


def ended(browser: Browser, answer: Any) -> str:
    assert answer.status_code == 201, answer.get_data(as_text=True)
    path = f'/api/jobs/{answer.get_json()["jobID"]}'
    wait_for(lambda: browser.get(path).get_json()['status'] not in ('accepted', 'running'), path)
    return str(browser.get(path).get_json()['status'])


def test_an_agency_is_invited_delivers_is_asked_edits_and_is_reminded(port: Port) -> None:
    administrator = take_up(port.app, port.link)
    links = {}
    for name, role, agency in (('an', 'steward', ''), ('binh', 'focal_point', 'port')):
        answer = administrator.post(
            '/api/people', name=name, title=name, role=role, agency=agency, email=f'{name}@example.vn', language='en'
        )
        assert answer.status_code == 201, answer.get_data(as_text=True)
        links[name] = answer.get_json()['link'].rpartition('/')[2]
    steward, focal_point = (take_up(port.app, links[name]) for name in ('an', 'binh'))

    # a file that does not say its zone waits, and the steward hears of it
    file = {'value': base64.b64encode(PIERS_CSV.encode()).decode(), 'encoding': 'base64'}
    held = run(focal_point, 'deliver-layer', layer='piers', file=file, file_name='cau-cang.csv')
    assert (held['verdict'], held['held']) == ('undecided', ['crs'])
    assert f'/api/deliveries/{held["delivery"]}' in port.mail('an@example.vn', 'decision')

    # the steward decides; the layer has the piers, and the receipt arrives
    address = f'/api/deliveries/{held["delivery"]}'
    decided = steward.post(f'{address}/decision', decision='accept', reason='By their letter', crs='EPSG:9209')
    assert ended(steward, decided) == 'successful'
    assert 'By their letter' in port.mail('binh@example.vn', 'ccepted')
    items = focal_point.get('/api/collections/piers/items?f=json&crs=http://www.opengis.net/def/crs/EPSG/0/9209')
    piers = items.get_json(force=True)['features']
    assert [pier['geometry']['coordinates'] for pier in piers] == [[E0, N0], [E0 + 300, N0]]
    assert 'By their letter' in focal_point.get(f'{address}/receipt').get_data(as_text=True)

    # an edit waits for review, is accepted, and its author hears of it
    patch = {'type': 'Feature', 'properties': {'depth': 9}}
    changed = focal_point.client.patch(
        f'/api/collections/piers/items/{piers[0]["id"]}',
        json=patch,
        content_type='application/merge-patch+json',
        headers={'X-CSRF-Token': focal_point.csrf},
    )
    assert changed.status_code == 202, changed.get_data(as_text=True)
    (edits,) = steward.get('/api/edits?f=json').get_json()['edits']
    version = steward.get(f'/api/edits/{edits["id"]}', **{'Accept-Encoding': 'br'}).headers['ETag']
    again = {'X-CSRF-Token': focal_point.csrf, 'Content-Type': 'application/merge-patch+json'}
    pier_path = f'/api/collections/piers/items/{piers[0]["id"]}'
    assert focal_point.client.patch(pier_path, json={'properties': {'depth': 8}}, headers=again).status_code == 202
    decision = {'json': {'decision': 'accept'}, 'headers': {'X-CSRF-Token': steward.csrf, 'If-Match': version}}
    unseen = steward.client.post(f'/api/edits/{edits["id"]}/decision', **decision)
    assert (unseen.status_code, unseen.get_json()['code']) == (412, 'StaleDecision'), 'the edit is another one by now'
    assert focal_point.client.patch(pier_path, json={'properties': {'depth': 9}}, headers=again).status_code == 202
    assert steward.post(f'/api/edits/{edits["id"]}/decision', decision='accept').status_code == 200
    pier = focal_point.get(f'/api/collections/piers/items/{piers[0]["id"]}?f=json').get_json(force=True)
    assert pier['properties']['depth'] == 9
    assert 'Piers' in port.mail('binh@example.vn', 'edit')

    # two months pass
    ask("update catalog.delivery set received_at = received_at - interval '2 months' returning 1")
    port.wake_up_later()
    assert 'Piers' in port.mail('binh@example.vn', '[Ll]ate|due')
    deeds = [line['action'] for line in administrator.get('/api/people/log?limit=100').get_json()['lines']]
    assert {'delivery.received', 'decision.accept', 'release.delivery', 'edits.accepted'} <= set(deeds)
