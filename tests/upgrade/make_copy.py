"""Writes what an instance of this version holds, for tests that later versions bring it up to date: see RELEASING.md.

Run in the checkout of the release: `python tests/upgrade/make_copy.py FOLDER` writes FOLDER/0.1.0.sql.gz, a dump of the
database, and FOLDER/0.1.0.json, what the service answers about it.
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

import dothi
from dothi.core.ports import free_port
from dothi.core.postgis import BINARIES, LocalPostgis

BAY = Path(dothi.__file__).parents[1] / 'tests' / 'localities' / 'bay'
HEADER = 'NAME;end;depth;lon;lat\n'
# Deliveries in their order: names of the wells, each with its depth. The second one waits for a person, as most rows of
# the first are lost by it, and the third is refused.
WELLS = {f'GIẾNG {number}': 10 + number for number in range(40)}
DELIVERIES: list[tuple[dict[str, int], list[str]]] = [
    (WELLS, []),
    ({'GIẾNG 1': 11}, []),
    ({'SÂU QUÁ': 900, 'SÂU NỮA': 901}, []),
    ({**WELLS, 'GIẾNG 7': 99, 'MỚI': 5}, []),
    ({'THÊM': 6}, ['--mode', 'upsert']),
]


def main(folder: Path) -> None:
    """Makes an instance in a folder of its own, fills it, and writes both files."""
    with tempfile.TemporaryDirectory(prefix='dothi-copy-') as name:
        work = Path(name)
        work.chmod(0o755)
        ports = {'DOTHI_PORT': str(free_port()), 'DOTHI_PUBLIC_PORT': str(free_port())}
        environment = os.environ | ports | {'DOTHI_STATE': str(work / 'state'), 'DOTHI_LOCALITY': str(BAY)}
        run(environment, 'up', '--demo', 'no')
        try:
            for number, (wells, options) in enumerate(DELIVERIES):
                file = work / f'wells-{number}.csv'
                rows = (
                    f'{well};;{depth};109.{2000 + n};12.{2000 + n}\n' for n, (well, depth) in enumerate(wells.items())
                )
                file.write_text(HEADER + ''.join(rows), encoding='utf-8')
                run(environment, 'deliver', str(file), '-l', 'wells', '--crs', 'EPSG:4326', *options, codes=(0, 3, 4))
            answers = read_answers(f'http://127.0.0.1:{ports["DOTHI_PORT"]}/api')
            url = LocalPostgis(work / 'state' / 'postgis').url.set(drivername='postgresql')
            command = [str(BINARIES / 'pg_dump'), '--no-comments', url.render_as_string(hide_password=False)]
            dump = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        finally:
            run(environment, 'down')
    (folder / f'{dothi.__version__}.sql.gz').write_bytes(gzip.compress(dump, mtime=0))
    text = json.dumps(answers, ensure_ascii=False, indent=1)
    (folder / f'{dothi.__version__}.json').write_text(text + '\n', encoding='utf-8')


def table(wells: dict[str, int]) -> str:
    """A file of wells in a row."""
    rows = (f'{well};;{depth};109.{2000 + n};12.{2000 + n}\n' for n, (well, depth) in enumerate(wells.items()))
    return HEADER + ''.join(rows)


def read_answers(api: str) -> dict[str, Any]:
    """What the service says of its one layer: geometry and properties of each feature by its id."""
    with urllib.request.urlopen(f'{api}/collections/wells/items?f=json&limit=1000', timeout=60) as answer:
        features = json.load(answer)['features']
    return {str(feature['id']): [feature['geometry'], feature['properties']] for feature in features}


def run(environment: dict[str, str], *arguments: str, codes: tuple[int, ...] = (0,)) -> None:
    """A command of dothi. Ends the program where it ends with another exit code than `codes`."""
    command = [sys.executable, '-m', 'dothi.cli', *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in codes:
        sys.exit(f'{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}')


if __name__ == '__main__':
    main(Path(sys.argv[1]))
