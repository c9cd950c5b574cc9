"""What the closed room costs: the same check by the same readers, behind the walls and in the command's process."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from bench.agency_file import buildings_file
from bench.chapters import Chapter, Goal
from bench.loading import LAYER, ROWS, database, settings
from bench.measure import Timing
from dothi.core.locality import Locality
from dothi.core.postgis import LocalPostgis
from dothi.core.settings import PROJECT

ROUNDS = 5
SMALL_ROWS, WARM_ROUNDS = 2_000, 7
# GDAL's name of each format, and how a file of it ends.
FORMATS = {
    'GPKG': 'gpkg', 'ESRI Shapefile': 'shp', 'GeoJSON': 'geojson', 'FlatGeobuf': 'fgb', 'MapInfo File': 'tab',
    'OpenFileGDB': 'gdb', 'GML': 'gml', 'LIBKML': 'kml',
}  # fmt: skip
WALLS, BARE = 'behind the walls', 'in the same process'


def room(folder: Path, locality: Locality) -> list[Chapter]:
    """Chapters on a large file, on a small one, and on a file of each format once the room is open."""
    server = LocalPostgis(folder / 'postgis')
    server.start()
    try:
        with settings(folder), database(server, locality, 'room'):
            return [_large(folder, locality), _small(folder, locality), _formats(folder, locality)]
    finally:
        server.stop()


def _large(folder: Path, locality: Locality) -> Chapter:
    file = buildings_file(folder, locality, ROWS)
    walls, bare = _both([file], times=ROUNDS)
    share = walls.median_ms / bare.median_ms - 1
    goal = Goal('at most 10 % more', f'{share:+.1%}', share <= 0.10)
    return Chapter(f'The closed room: a check of {ROWS:,} buildings as GeoPackage', [walls, bare], [goal])


def _small(folder: Path, locality: Locality) -> Chapter:
    """The command as a person calls it: a process that has to start everything."""
    file = buildings_file(folder, locality, SMALL_ROWS)
    walls, bare = _both([file], times=WARM_ROUNDS)
    more_s = (walls.median_ms - bare.median_ms) / 1_000
    goal = Goal('at most 0.3 s more', f'{more_s:+.2f} s', more_s <= 0.3)
    return Chapter(
        f'The closed room: a first check of {SMALL_ROWS:,} buildings in a new process', [walls, bare], [goal]
    )


def _formats(folder: Path, locality: Locality) -> Chapter:
    files = [_converted(buildings_file(folder, locality, SMALL_ROWS), driver) for driver in FORMATS]
    walls, bare = (_seconds(mode, WARM_ROUNDS, files) for mode in ('shared', 'bare'))
    timings, goals = [], []
    for file in files:
        # in the first round the room is being opened
        inside, outside = (median(each[file.name][1:]) for each in (walls, bare))
        timings += [
            Timing(f'{file.suffix}, {WALLS}', [inside * 1e3]),
            Timing(f'{file.suffix}, {BARE}', [outside * 1e3]),
        ]
        share = inside / outside - 1
        goals.append(Goal(f'{file.suffix}: at most 20 % more', f'{share:+.0%}', share <= 0.20))
    return Chapter(f'The closed room: {SMALL_ROWS:,} buildings in each format, once it is open', timings, goals)


def _both(files: list[Path], times: int) -> tuple[Timing, Timing]:
    """Both ways by turns, each time in a new process, whose start counts."""
    walls, bare = Timing(WALLS), Timing(BARE)
    for _ in range(times):
        for timing, mode in ((walls, 'walls'), (bare, 'bare')):
            started = time.perf_counter()
            _seconds(mode, 1, files)
            timing.runs_ms.append((time.perf_counter() - started) * 1e3)
    return walls, bare


def _seconds(mode: str, rounds: int, files: list[Path]) -> dict[str, list[float]]:
    command = [sys.executable, '-m', 'bench.room_child', mode, str(rounds), LAYER, *map(str, files)]
    # without the libraries that only tests install, which pyogrio and pyarrow would import
    environment = os.environ | {'PYTHONPATH': str(PROJECT / 'tests' / 'as_installed')}
    timings: dict[str, list[float]] = json.loads(
        subprocess.run(command, check=True, capture_output=True, env=environment).stdout
    )
    return timings


def _converted(file: Path, driver: str) -> Path:
    """The same buildings in another format."""
    target = file.with_name(f'buildings.{FORMATS[driver]}')
    if driver == 'GPKG':
        return file
    subprocess.run(['ogr2ogr', '-overwrite', '-f', driver, str(target), str(file)], check=True, capture_output=True)
    return target
