"""A small place whose layers not everybody sees alike, with people of each kind, and what each of them sees of each.

Each layer has two rows: `a` in district 1, and `b` two kilometres to the east in district 2.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
import rasterio
from flask import Flask
from rasterio.transform import from_origin

from dothi.api.app import create_app
from dothi.cartography.shared_styles import sync_styles
from dothi.core import database as core_database
from dothi.core.access.keys import make_key
from dothi.core.access.people import invite
from dothi.core.access.person import Action, Person, Role
from dothi.core.crs import proj_string, transformer
from dothi.core.database import connection
from dothi.core.locality import Locality, load_locality
from dothi.core.migrate import migrate
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from tests.access.socket_client import SocketClient
from tests.api.conftest import E0, N0
from tests.conftest import Instance, use
from tests.processes.workers import start_worker, stop_worker
from tests.somewhere import PLACE

AGENCIES = """
centre: {title: {vi: Trung tâm, en: Centre}, focal_point: {vi: Ai đó, en: Somebody}}
power: {title: {vi: Điện lực, en: Power company}, focal_point: {vi: Ai đó, en: Somebody}}
district_1: {title: {vi: Quận một, en: District one}, focal_point: {vi: Ai đó, en: Somebody}, unit_code: "1"}
"""
ACCESS = """
administrator:
  - {may: [see, download, edit, deliver, decide, run, publish, administer], layers: all, columns: all}
  - {may: [see, download], layers: restricted, columns: all}
steward:
  - {may: [see, download, edit, deliver, decide, run, publish], layers: all, columns: all}
  - {may: [see, download, edit, deliver, decide], layers: restricted, columns: all}
focal_point:
  - {may: [see, download, run], layers: all}
  - {may: [see, download, edit, deliver], layers: own, columns: all}
editor:
  - {may: [run], layers: all}
  - {may: [see, download, edit], layers: [wells, pipes, meters, complaints]}
  - {may: [see, download], layers: [patrols], rows: {district: ["2"]}}
planner:
  - {may: [see, download, run], layers: all}
  - {may: [see, download], layers: [meters, soundings], columns: [owner]}
viewer:
  - {may: [run], layers: all}
  - {may: [see, download], layers: [wells, pipes, meters]}
  - {may: [see, download], layers: [complaints], rows: {district: own}}
"""
# By layer: its access and agency.
LAYERS = {
    'wells': ('public', 'centre'), 'pipes': ('internal', 'centre'), 'cables': ('restricted', 'power'),
    'meters': ('internal', 'centre'), 'complaints': ('internal', 'centre'), 'patrols': ('restricted', 'centre'),
    'grants': ('internal', 'centre'),
}  # fmt: skip
COVERAGE = 'soundings'
PEOPLE = {
    'administrator': (Role.ADMINISTRATOR, None), 'steward': (Role.STEWARD, None),
    'focal_point': (Role.FOCAL_POINT, 'power'), 'editor': (Role.EDITOR, None), 'planner': (Role.PLANNER, None),
    'viewer': (Role.VIEWER, 'district_1'),
}  # fmt: skip
# What each sees of each: the rows, `+` where the column `owner` of meters is there too, `-` for nothing at all.
EXPECTED = """
               wells pipes cables meters complaints patrols grants soundings
administrator  ab    ab    ab     ab+    ab         ab      ab     ab
steward        ab    ab    ab     ab+    ab         ab      ab     ab
focal_point    ab    ab    ab     ab     ab         -       ab     -
editor         ab    ab    -      ab     ab         b       -      -
planner        ab    ab    -      ab+    ab         -       ab     ab
viewer         ab    ab    -      ab     a          -       -      -
"""
SPOTS = {'a': (0.0, 0.0), 'b': (2_000.0, 0.0)}


@dataclass(frozen=True)
class Cell:
    """What one person is to see of one layer."""

    person: str
    layer: str
    rows: str
    owner: bool


def cells() -> list[Cell]:
    """The table, cell by cell."""
    header, *lines = EXPECTED.strip().splitlines()
    layers = header.split()
    return [
        Cell(person, layer, text.strip('+-'), '+' in text)
        for person, *texts in map(str.split, lines)
        for layer, text in zip(layers, texts, strict=True)
    ]


@dataclass
class Lagoon:
    """The place as it runs. keys: of each person, with all that they may."""

    locality: Locality
    app: Flask
    keys: dict[str, str]
    environment: dict[str, str]
    # of a service that runs for it; without one, clients ask the app in this process
    url: str = ''

    def client(self, person: str) -> Any:
        """A client of the person; of the running service where there is one."""
        if self.url:
            return SocketClient(self.url, self.keys[person])
        client = self.app.test_client()
        client.environ_base['HTTP_AUTHORIZATION'] = f'Bearer {self.keys[person]}'
        return client


def degrees(spot: str) -> tuple[float, float]:
    """Longitude and latitude of a row."""
    x, y = SPOTS[spot]
    lon, lat = transformer(proj_string(9209), 'EPSG:4326').transform(E0 + x, N0 + y)
    return lon, lat


@contextmanager
def running_lagoon(instance: Instance, folder: Path) -> Iterator[Lagoon]:
    """The place with its data, its people and a worker."""
    locality = _locality(folder / 'locality')
    environment = instance.environment(instance.create(folder.name.replace('-', '_')), folder)
    environment |= {'DOTHI_LOCALITY': str(locality.path), 'DOTHI_SIGN_IN': 'required', 'DOTHI_LANG': 'en'}
    with pytest.MonkeyPatch.context() as patch:
        use(patch, environment)
        migrate(locality)
        sync_styles(locality)
        for layer in LAYERS:
            _deliver(folder, layer, locality)
        _deliver_soundings(folder, locality)
        core_database.fresh()
        worker = start_worker(environment)
        try:
            yield Lagoon(locality, create_app('internal'), _keys(), environment)
        finally:
            stop_worker(worker)
            core_database.fresh()


def _locality(folder: Path) -> Locality:
    for name in ('layers', 'coverages'):
        (folder / name).mkdir(parents=True)
    files = {'locality.yml': PLACE, 'agencies.yml': AGENCIES, 'access.yml': ACCESS}
    files |= {f'layers/{name}.yml': _layer_file(name, *of) for name, of in LAYERS.items()}
    files |= {f'coverages/{COVERAGE}.yml': SOUNDINGS}
    for name, text in files.items():
        (folder / name).write_text(text, encoding='utf-8')
    locality = load_locality(folder)
    assert not locality.broken
    return locality


def _layer_file(name: str, access: str, agency: str) -> str:
    owner = '  owner: {type: text, access: restricted, title: {vi: Chủ, en: Owner}}\n' if name == 'meters' else ''
    return f"""
id: {name}
title: {{vi: Lớp {name}, en: Layer {name}}}
description: {{vi: Để thử., en: For tests.}}
theme: lagoon
agency: {agency}
access: {access}
licence: CC-BY-4.0
update_cycle: P1Y
geometry: Point
key: [code]
columns:
  code: {{type: text, required: true, title: {{vi: Mã, en: Code}}}}
  district: {{type: text, title: {{vi: Quận, en: District}}}}
{owner}source: {{crs: EPSG:9209}}
publish: {{search: [code]}}
"""


SOUNDINGS = """
id: soundings
title: {vi: Độ sâu, en: Depth}
description: {vi: Để thử., en: For tests.}
theme: lagoon
agency: centre
access: restricted
licence: CC-BY-4.0
update_cycle: P1Y
bands:
  depth: {type: float32, unit: m, nodata: -9999, min: 0, max: 100, title: {vi: Độ sâu, en: Depth}}
checks: {bad_cells_share: 1.0, lost_cells_share: 1.0, covered_share: 0.0}
publish: {band: depth, ramp: [[0, "#000000"], [10, "#ffffff"]]}
"""


def _deliver(folder: Path, layer: str, locality: Locality) -> None:
    features = [
        {
            'type': 'Feature',
            'properties': {'code': code, 'district': district} | _owner(layer, code),
            'geometry': {'type': 'Point', 'coordinates': degrees(code)},
        }
        for code, district in (('a', '1'), ('b', '2'))
    ]
    file = folder / f'{layer}.geojson'
    file.write_text(json.dumps({'type': 'FeatureCollection', 'features': features}), encoding='utf-8')
    report = deliver(file, DeliveryOptions(layer=layer, crs='EPSG:4326'), locality)
    assert report.verdict == 'accepted', report


def _owner(layer: str, code: str) -> dict[str, Any]:
    return {'owner': f'owner of {code}'} if layer == 'meters' else {}


def _deliver_soundings(folder: Path, locality: Locality) -> None:
    file, side = folder / 'soundings.tif', 60
    transform = from_origin(E0 - 500, N0 + 1_500, 50, 50)
    with rasterio.open(file, 'w', 'GTiff', side, side, 1, 'EPSG:9209', transform, 'float32', nodata=-9999) as raster:
        raster.write(np.full((1, side, side), 5.0, dtype=np.float32))
    report = deliver(file, DeliveryOptions(layer=COVERAGE), locality)
    assert report.verdict == 'accepted', report


def _keys() -> dict[str, str]:
    return {name: key_of(name, role, agency) for name, (role, agency) in PEOPLE.items()}


def key_of(name: str, role: Role, agency: str | None) -> str:
    """A key of a new person with all that they may."""
    person = Person(id=uuid4(), name=f'lagoon-{name}'.replace('_', '-'), title=name, role=role, agency=agency)
    with connection('gatekeeper') as db:
        invite(db, person)
        return make_key(db, person, 'test', list(Action), 1)
