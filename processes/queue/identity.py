"""What makes two requests the same: then the answer to one is the answer to the other, on the same releases."""

import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from dothi import __version__
from dothi.core.clock import today
from dothi.core.layer import Audience
from dothi.core.locality import locality_zone
from dothi.core.settings import PathSettings, code_files

# What decides how an answer is computed: a corrected analysis does not answer with what it found before.
CODE = ('processes/**/*.py', 'dothi/core/**/*.py', 'dothi/cartography/**/*.py', 'etl/**/*.py', 'sql/functions/*.sql')


def request_hash(process_id: str, inputs: dict[str, Any], audience: Audience, editor: str | None) -> str:
    """The same for requests whose answers can differ by the releases of the layers alone.

    inputs: as validated, defaults filled in. The audience decides which columns are seen, the editor which earlier
    results. The day decides which norms are in force.
    """
    day = today(locality_zone()).isoformat()
    versions = [__version__, code_version(), locality_version()]
    parts = [process_id, inputs, audience, editor, day, versions]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def locality_version() -> str:
    """Changes with any file of the locality: layers, norms, units."""
    files = tuple(sorted(file for file in PathSettings().locality.rglob('*') if file.is_file()))
    return _digest_of(files, tuple(file.stat().st_mtime_ns for file in files))


@lru_cache(maxsize=1)
def code_version() -> str:
    """Changes with the code that this process started with."""
    return _digest_files(code_files(*CODE))


@lru_cache(maxsize=1)
def _digest_of(files: tuple[Path, ...], _changed: tuple[int, ...]) -> str:
    return _digest_files(files)


def _digest_files(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f'{file.name}\0'.encode() + file.read_bytes())
    return digest.hexdigest()[:16]
