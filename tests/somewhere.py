"""A locality of tests, `somewhere`, with one layer of each test's own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dothi.cartography.shared_styles import sync_styles
from dothi.core import database as core_database
from dothi.core.locality import Locality, load_locality
from dothi.core.migrate import migrate
from tests.databases import Instance, fresh, use

PLACE = """
id: somewhere
title: {vi: Nơi nào đó, en: Somewhere}
unit_code: "1"
crs: EPSG:9209
served_crs: [EPSG:4326, OGC:CRS84, EPSG:9209]
extent_wgs84: [105, 19, 107, 21]
centre_wgs84: [106, 20]
zoom: 9
reference_date: 2024-08-31
attribution: {vi: Ai đó, en: Somebody}
"""
AGENCIES = """
office: {title: {vi: Văn phòng, en: Office}, focal_point: {vi: Ai đó, en: Somebody}}
"""


@pytest.fixture(scope='session')
def bare_template(instance: Instance, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of a migrated database of `somewhere` without layers, to be copied: migrating takes a second."""
    name, folder = 'template_bare', tmp_path_factory.mktemp('bare')
    environment = instance.environment(instance.create(name), folder / 'state')
    with pytest.MonkeyPatch.context() as patch:
        use(patch, environment)
        migrate(write_place(folder / 'locality'))
        core_database.fresh()
    return name


@pytest.fixture
def elsewhere(
    instance: Instance, bare_template: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Callable[[str], Locality]]:
    """Makes a locality with the one layer file given as text the one that is served, and migrates to it."""

    def make(layer_file: str) -> Locality:
        made = write_place(tmp_path / 'locality', layer_file)
        monkeypatch.setenv('DOTHI_LOCALITY', str(made.path))
        assert not made.broken
        migrate(made)
        sync_styles(made)
        return made

    for _ in fresh(instance, bare_template, tmp_path, monkeypatch):
        yield make


def write_place(folder: Path, layer_file: str | None = None) -> Locality:
    """The locality `somewhere`, with this layer or with none."""
    (folder / 'layers').mkdir(parents=True)
    (folder / 'locality.yml').write_text(PLACE, encoding='utf-8')
    (folder / 'agencies.yml').write_text(AGENCIES, encoding='utf-8')
    if layer_file:
        (folder / 'layers' / 'odd.yml').write_text(layer_file, encoding='utf-8')
    return load_locality(folder)
