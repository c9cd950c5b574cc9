"""Deliveries at the desk of the service: sent, read, answered."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dothi_qgis.connection import ServiceConnection
from dothi_qgis.jobs import await_job
from dothi_qgis.service import begin_job, post_json, read_file, read_json, read_versioned
from dothi_qgis.tasks import ServiceTask
from dothi_qgis.uploading import send_file
from dothi_qgis.words import say

# What may be said beside a file, of what a delivery keeps.
KEPT_OPTIONS = ('mode', 'scope', 'as_of', 'note')


@dataclass(frozen=True)
class Account:
    """Who is connected. may: what their key allows."""

    name: str
    agency: str | None
    may: Sequence[str]


@dataclass(frozen=True)
class SuppliedLayer:
    """A layer that may be delivered."""

    id: str
    title: str


@dataclass(frozen=True)
class Delivery:
    """A delivery as the service describes it, and the version of that."""

    document: Mapping[str, Any]
    version: str

    @property
    def number(self) -> int:
        return int(self.document['id'])

    @property
    def report(self) -> Mapping[str, Any]:
        """What was found; empty where it ended before there was anything."""
        return self.document['report'] or {}

    @property
    def waits(self) -> bool:
        """Whether it waits for a person's decision."""
        return bool(self.document['status'] == 'diagnosed')


def read_account(connection: ServiceConnection) -> Account:
    """Who is connected; raises ServiceError."""
    document = read_json(connection, '/account')
    return Account(document['name'], document['agency'], document['may'])


def supplied_layers(connection: ServiceConnection, account: Account) -> list[SuppliedLayer]:
    """The layers that one's agency supplies, by title; all for who belongs to none. Raises ServiceError."""
    agencies = read_json(connection, '/agencies')['agencies']
    own = [agency for agency in agencies if agency['id'] == account.agency] or agencies
    titles = {layer['id']: layer['title'] for agency in own for layer in agency['layers']}
    return [SuppliedLayer(*each) for each in sorted(titles.items(), key=lambda each: each[1].casefold())]


def read_column_titles(connection: ServiceConnection, layer_id: str) -> dict[str, str]:
    """By column of a layer its title; raises ServiceError."""
    properties = read_json(connection, f'/collections/{layer_id}/queryables')['properties']
    return {
        name: each.get('title', name)
        for name, each in properties.items()
        if name != 'id' and not each.get('format', '').startswith('geometry')
    }


def read_deliveries(connection: ServiceConnection) -> list[dict[str, Any]]:
    """The deliveries that one may see: those that wait first, then the newest. Raises ServiceError."""
    return list(read_json(connection, '/deliveries', limit='200')['deliveries'])


def read_delivery(connection: ServiceConnection, number: int) -> Delivery:
    """One delivery with its report and its decisions; raises ServiceError."""
    return Delivery(*read_versioned(connection, f'/deliveries/{number}'))


def send_delivery(connection: ServiceConnection, file: Path, inputs: Mapping[str, Any], task: ServiceTask) -> int:
    """The number of the delivery that the file has become; raises ServiceError. inputs: `layer`, and what is said."""
    sending = say('Đang gửi tệp', 'Sending the file')
    upload_id = send_file(connection, file, lambda share: task.report(share / 2, sending), task.isCanceled)
    job_id = begin_job(connection, 'deliver-layer', {**inputs, 'upload': upload_id})
    await_job(connection, job_id, lambda share, words: task.report(0.5 + share / 2, words), task.isCanceled)
    return int(read_json(connection, f'/jobs/{job_id}/results/report')['delivery'])


def send_again(connection: ServiceConnection, delivery: Delivery, answers: Mapping[str, Any], task: ServiceTask) -> int:
    """The number of a new delivery of the same file, with the answers; it takes the place of the one that waits."""
    document = delivery.document
    name, original = read_file(connection, f'/deliveries/{delivery.number}/original')
    stored = {name: document[name] for name in KEPT_OPTIONS if document[name]}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / Path(name).name
        file.write_bytes(original)
        return send_delivery(connection, file, {'layer': document['layer_id'], **stored, **answers}, task)


def decide(connection: ServiceConnection, delivery: Delivery, decision: Mapping[str, Any], task: ServiceTask) -> int:
    """The number of the delivery, once the decision is carried out; raises ServiceError.

    decision: `decision`, `reason`, and answers. Where somebody else decided meanwhile it is refused.
    """
    path = f'/deliveries/{delivery.number}/decision'
    job = post_json(connection, path, {**decision}, {'If-Match': delivery.version})
    await_job(connection, job['jobID'], task.report, task.isCanceled)
    return delivery.number
