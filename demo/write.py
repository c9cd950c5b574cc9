"""Writes the demo province as agencies' files, with a manifest that says how each is to be delivered."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np

from demo.buildings import Buildings, draw_buildings, lots_of
from demo.elevation import write_elevation
from demo.files import (
    Table,
    write_csv,
    write_geojson,
    write_geopackage,
    write_shapefile_zip,
    write_tab_zip,
)
from demo.lines import PowerLine, draw_power_lines, geometries
from demo.lots import Lots
from demo.outline import OUTLINE, Outline
from demo.places import SCHOOLS, Facilities, place_facilities
from demo.population_grid import write_population_grid
from demo.register import LaterState, later_states, units_in_force
from demo.roads import Roads, draw_roads
from demo.tables import (
    buildings_table,
    communes_table,
    districts_table,
    facilities_table,
    power_lines_table,
    rivers_table,
    roads_table,
)
from demo.units import Province, draw_later, draw_units
from dothi.core.progress import Progress, silent

SIZES = {'small': 60_000, 'full': 600_000}
LOCALITY = Path(__file__).parents[1] / 'locality'
MANIFEST = 'manifest.json'
# From this number of buildings on, the street network is as dense as the real one.
DENSE_FROM = 200_000
SPREAD_BELOW_DENSE = 3.0


@dataclass(frozen=True)
class DemoFile:
    """One file of the demo and the options that it is delivered with."""

    path: Path
    layer: str
    agency: str
    scope: str = 'all'
    mode: Literal['replace', 'upsert'] = 'replace'
    crs: str | None = None
    encoding: str | None = None
    as_of: date | None = None


class Demo:
    """The province drawn once; each part is drawn when it is first asked for."""

    def __init__(self, locality_path: Path, buildings: int, seed: int) -> None:
        self.count, self.seed, self.outline = buildings, seed, Outline()
        self.province: Province = draw_units(self.outline, units_in_force(locality_path), seed)
        self.later = later_states(locality_path)

    @property
    def prefix(self) -> str:
        """Start of every code that the demo makes up."""
        return str(self.outline.data['code_prefix'])

    @cached_property
    def roads(self) -> Roads:
        """The road network."""
        return draw_roads(self.province, self.seed, denser=self.count >= DENSE_FROM)

    @cached_property
    def power_lines(self) -> list[PowerLine]:
        """The power lines."""
        return draw_power_lines(self.outline)

    @cached_property
    def lots(self) -> Lots:
        """All building lots."""
        return lots_of(self.province, self.roads, 1.0 if self.count >= DENSE_FROM else SPREAD_BELOW_DENSE, self.seed)

    @cached_property
    def facilities(self) -> Facilities:
        """Schools and health facilities."""
        return place_facilities(self.province, self.lots, self.roads, geometries(self.power_lines), self.seed)

    @cached_property
    def buildings(self) -> Buildings:
        """The buildings."""
        power, sites = geometries(self.power_lines), self.facilities.lots
        return draw_buildings(self.province, self.roads, self.lots, sites, power, self.count, self.seed)


def write_demo(
    folder: Path,
    *,
    buildings: int = SIZES['small'],
    seed: int = 1,
    locality_path: Path = LOCALITY,
    progress: Progress = silent,
) -> list[DemoFile]:
    """The demo's files in the order in which they are to be delivered: units first, since scopes refer to them.

    The same number of buildings, seed and program give the same bytes, so files already in `folder` are kept.
    Raises OutlineDoesNotFit for a locality whose districts the demo does not draw.
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
    writers = (
        _write_units,
        _write_rivers,
        _write_power_lines,
        _write_roads,
        _write_schools,
        _write_health,
        _write_buildings,
        _write_elevation,
        _write_population_grid,
    )
    for done, write in enumerate(writers):
        progress(f'demo: {write.__name__.removeprefix("_write_")}', done, len(writers))
        files += write(folder, demo)
    progress('demo: done', len(writers), len(writers))
    return files


def _write_units(folder: Path, demo: Demo) -> list[DemoFile]:
    districts, communes = folder / 'districts.zip', folder / 'communes.gpkg'
    write_shapefile_zip(districts, districts_table(demo.province.districts))
    write_geopackage(communes, communes_table(demo.province.communes))
    now = [DemoFile(districts, 'districts', 'home_affairs'), DemoFile(communes, 'communes', 'home_affairs')]
    return now + [_write_later_units(folder, demo, state) for state in demo.later]


def _write_later_units(folder: Path, demo: Demo, state: LaterState) -> DemoFile:
    """One file for the units of a level after a change, as the office sends them when a resolution takes effect."""
    places = draw_later(demo.province, state)
    if state.level == 'district':
        path = folder / f'districts_{state.on}.zip'
        write_shapefile_zip(path, districts_table(places))
        return DemoFile(path, 'districts', 'home_affairs', as_of=state.on)
    path = folder / f'communes_{state.on}.gpkg'
    write_geopackage(path, communes_table(places))
    return DemoFile(path, 'communes', 'home_affairs', as_of=state.on)


def _write_rivers(folder: Path, demo: Demo) -> list[DemoFile]:
    path = folder / 'rivers.zip'
    write_shapefile_zip(path, rivers_table(demo.outline.rivers))
    return [DemoFile(path, 'rivers', 'agriculture')]


def _write_power_lines(folder: Path, demo: Demo) -> list[DemoFile]:
    path = folder / 'power_lines.zip'
    write_tab_zip(path, power_lines_table(demo.power_lines))
    return [DemoFile(path, 'power_lines', 'power')]


def _write_roads(folder: Path, demo: Demo) -> list[DemoFile]:
    path = folder / 'roads.zip'
    write_shapefile_zip(path, roads_table(demo.roads, demo.prefix))
    return [DemoFile(path, 'roads', 'transport')]


def _write_schools(folder: Path, demo: Demo) -> list[DemoFile]:
    """One CSV per district; every second sends longitude and latitude, the others easting and northing."""
    codes = [place.unit.code for place in demo.province.districts]
    return [_schools_of(folder, demo, code, geographic=i % 2 == 0) for i, code in enumerate(codes)]


def _schools_of(folder: Path, demo: Demo, district: str, geographic: bool) -> DemoFile:
    path = folder / f'schools_{district}.csv'
    schools = demo.facilities.among(tuple(SCHOOLS))
    own = np.array([i for i in schools if demo.facilities.items[i].district == district])
    table = facilities_table(demo.facilities, own, ('MA_TRUONG', 'TEN_TRUONG', 'CAP_HOC', 'SO_CHO'))
    _write_points(path, table, geographic)
    crs = 'EPSG:4326' if geographic else f'EPSG:{table.srid}'
    return DemoFile(path, 'schools', f'district_{district}', f'unit={district}', crs=crs)


def _write_points(path: Path, table: Table, geographic: bool) -> None:
    if geographic:
        write_csv(path, table.moved_to(4326), 'lon', 'lat', decimals=8)
    else:
        write_csv(path, table, 'E', 'N', decimals=2)


def _write_health(folder: Path, demo: Demo) -> list[DemoFile]:
    path = folder / 'health_facilities.geojson'
    health = demo.facilities.among(('station', 'hospital'))
    write_geojson(path, facilities_table(demo.facilities, health, ('MA_CSYT', 'TEN', 'LOAI', 'SO_GIUONG')))
    return [DemoFile(path, 'health_facilities', 'health')]


def _write_buildings(folder: Path, demo: Demo) -> list[DemoFile]:
    path = folder / 'buildings.gpkg'
    write_geopackage(path, buildings_table(demo.buildings))
    return [DemoFile(path, 'buildings', 'construction')]


def _write_elevation(folder: Path, demo: Demo) -> list[DemoFile]:
    path = folder / 'elevation.tif'
    write_elevation(path, demo.outline, demo.seed)
    return [DemoFile(path, 'elevation', 'environment')]


def _write_population_grid(folder: Path, demo: Demo) -> list[DemoFile]:
    path = folder / 'population_grid.tif'
    write_population_grid(path, demo.outline, demo.buildings)
    return [DemoFile(path, 'population_grid', 'statistics')]


def _made_from(buildings: int, seed: int, locality_path: Path) -> dict[str, Any]:
    """What decides the content: size, seed, the program itself and the register of units."""
    sources = [
        *sorted(Path(__file__).parent.glob('*.py')),
        OUTLINE,
        locality_path / 'locality.yml',
        *sorted((locality_path / 'units').glob('*.csv')),
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
