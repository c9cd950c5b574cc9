"""Writes the demo province as agencies' files, with a manifest that says how each is to be delivered."""

import hashlib
import json
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

from demo import send_basics, send_services
from demo.drawing import Demo
from demo.sent import DemoFile
from dothi.core.locality_folder import locality_files
from dothi.core.progress import Progress, silent

SIZES = {'small': 60_000, 'full': 600_000}
MANIFEST = 'manifest.json'
# In the order of delivery: units first, since scopes refer to them.
WRITERS = (*send_basics.WRITERS, *send_services.WRITERS)


def write_demo(
    folder: Path,
    *,
    buildings: int = SIZES['small'],
    seed: int = 1,
    locality_path: Path,
    progress: Progress = silent,
) -> list[DemoFile]:
    """The demo's files in the order in which they are to be delivered: units first, since scopes refer to them.

    The same number of buildings, seed and program give the same bytes, so files already in `folder` are kept.
    Raises OutlineDoesNotFit for a locality whose units the demo cannot draw.
    """
    made_from = _made_from(buildings, seed, locality_path)
    if (known := _known_files(folder, made_from)) is not None:
        return known
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    progress('demo: units', 0, None)
    files = _write_all(folder, Demo(locality_path, buildings, seed), progress)
    _write_manifest(folder, made_from, files)
    return files


def _write_all(folder: Path, demo: Demo, progress: Progress) -> list[DemoFile]:
    files: list[DemoFile] = []
    for done, write in enumerate(WRITERS):
        progress(f'demo: {write.__name__}', done, len(WRITERS))
        files += write(folder, demo)
    return files


def _made_from(buildings: int, seed: int, locality_path: Path) -> dict[str, Any]:
    """What decides the content: size, seed, the program itself, and what the locality says of units, places, layers."""
    sources = [
        *sorted(Path(__file__).parent.glob('*.py')),
        locality_path / 'locality.yml',
        *sorted((locality_path / 'demo').glob('*')),
        *sorted((locality_path / 'units').glob('*.csv')),
        *locality_files(locality_path, 'layers'),
    ]
    program = hashlib.sha256(b''.join(source.read_bytes() for source in sources)).hexdigest()
    return {'buildings': buildings, 'seed': seed, 'program_sha256': program}


def _known_files(folder: Path, made_from: dict[str, Any]) -> list[DemoFile] | None:
    """The files of an earlier run that was made from the same, or None."""
    if not (folder / MANIFEST).exists():
        return None
    manifest = json.loads((folder / MANIFEST).read_text(encoding='utf-8'))
    if manifest['made_from'] != made_from:
        return None
    files = [_known_file(folder, item) for item in manifest['files']]
    return files if all(file.path.exists() for file in files) else None


def _known_file(folder: Path, item: dict[str, Any]) -> DemoFile:
    as_of = date.fromisoformat(item['as_of']) if item['as_of'] else None
    return replace(DemoFile(**item), path=folder / item['path'], as_of=as_of)


def _write_manifest(folder: Path, made_from: dict[str, Any], files: list[DemoFile]) -> None:
    manifest = {'made_from': made_from, 'files': [asdict(file) | {'path': file.path.name} for file in files]}
    unfinished = folder / f'{MANIFEST}.part'
    unfinished.write_text(json.dumps(manifest, ensure_ascii=False, indent=1, default=str) + '\n', encoding='utf-8')
    unfinished.replace(folder / MANIFEST)
