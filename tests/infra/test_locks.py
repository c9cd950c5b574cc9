"""The lock files pin every library by hash, agree with each other, and say nowhere from where to download."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from dothi.core.settings import PROJECT

LOCKS = sorted((PROJECT / 'requirements').glob('*.lock'))
PINNED = re.compile(r'^([a-z0-9-]+)==(\S+)', re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return dict(PINNED.findall((PROJECT / 'requirements' / f'{name}.lock').read_text()))


def wanted(requirements: list[str]) -> set[str]:
    return {re.split(r'[\[<>=]', requirement)[0] for requirement in requirements}


def test_every_dependency_is_pinned_in_the_lock_of_its_group() -> None:
    project = tomllib.loads((PROJECT / 'pyproject.toml').read_text())
    assert wanted(project['project']['dependencies']) <= pins('run').keys()
    for group, requirements in project['dependency-groups'].items():
        assert wanted(requirements) <= pins(group).keys(), group


def test_a_library_has_one_version_in_all_locks() -> None:
    """But for what lies in a folder of its own, since it wants others than we do."""
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        if lock.stem == 'generator':
            continue
        for name, version in pins(lock.stem).items():
            versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


@pytest.mark.parametrize('lock', LOCKS, ids=lambda lock: lock.name)
def test_every_pin_has_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    entries = re.split(r'\n(?=[a-z0-9])', text)
    assert entries
    assert [entry for entry in entries if '--hash=sha256:' not in entry] == []
    assert '://' not in text
    assert '--index' not in text


def test_web_libraries_have_checksums_and_no_address() -> None:
    lock = json.loads((PROJECT / 'web' / 'package-lock.json').read_text())
    libraries = {name: entry for name, entry in lock['packages'].items() if name}
    assert libraries
    assert [name for name, entry in libraries.items() if 'resolved' in entry] == []
    assert [name for name, entry in libraries.items() if not entry.get('integrity')] == []
