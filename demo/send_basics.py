"""How the offices that a province always has send their layers: units, roads, rivers, schools, buildings, rasters."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from demo.drawing import Demo
from demo.elevation import write_elevation
from demo.files import Table, write_csv, write_geojson, write_geopackage, write_shapefile_zip, write_tab_zip
from demo.places import SCHOOLS
from demo.population_grid import write_population_grid
from demo.sent import DemoFile
from demo.surroundings import LAYER
from demo.tables import (
    buildings_table,
    facilities_table,
    power_lines_table,
    rivers_table,
    roads_table,
    units_table,
)
from demo.units import Place, draw_later
from dothi.core.crs import WGS84


def units(folder: Path, demo: Demo) -> list[DemoFile]:
    """The units of every level on the reference date, and after each change after it."""
    by_level = demo.province.larger | {demo.levels[-1]: demo.province.communes}
    now = [_units_of(folder, demo, level, places) for level, places in by_level.items()]
    later = [(state, draw_later(demo.province, state)) for state in demo.later]
    return now + [_units_of(folder, demo, state.level, places, state.on) for state, places in later]


def _units_of(folder: Path, demo: Demo, level: str, places: list[Place], on: date | None = None) -> DemoFile:
    """One file for the units of a level; on: the day of a change, when a resolution takes effect.

    The smallest level comes as a GeoPackage, the others as Shapefiles.
    """
    layer, day = demo.unit_layers[level], f'_{on}' if on else ''
    table = units_table(places, demo.levels[: demo.levels.index(level) + 1], demo.srid)
    smallest = level == demo.levels[-1]
    path = folder / f'{layer}{day}{".gpkg" if smallest else ".zip"}'
    (write_geopackage if smallest else write_shapefile_zip)(path, table)
    return DemoFile(path, layer, 'home_affairs', as_of=on)


def surroundings(folder: Path, demo: Demo) -> list[DemoFile]:
    """The names around the province as GeoJSON, where the locality says them."""
    if demo.surroundings is None:
        return []
    path = folder / f'{LAYER}.geojson'
    write_geojson(path, demo.surroundings)
    return [DemoFile(path, LAYER, 'home_affairs')]


def rivers(folder: Path, demo: Demo) -> list[DemoFile]:
    """The water office works with Shapefiles in its UTM zone, where the locality has one in VN-2000."""
    path = folder / 'rivers.zip'
    table = rivers_table(demo.outline.rivers, demo.srid, demo.utm_srid or demo.srid)
    write_shapefile_zip(path, demo.with_valid_figures('rivers', table))
    return [DemoFile(path, 'rivers', 'agriculture')]


def power_lines(folder: Path, demo: Demo) -> list[DemoFile]:
    """The power company works with MapInfo."""
    path = folder / 'power_lines.zip'
    write_tab_zip(path, demo.with_valid_figures('power_lines', power_lines_table(demo.power_lines, demo.srid)))
    return [DemoFile(path, 'power_lines', 'power')]


def roads(folder: Path, demo: Demo) -> list[DemoFile]:
    """The road network in one Shapefile."""
    path = folder / 'roads.zip'
    table = roads_table(demo.roads, demo.addresses, demo.prefix, demo.srid)
    write_shapefile_zip(path, demo.with_valid_figures('roads', table))
    return [DemoFile(path, 'roads', 'transport')]


def schools(folder: Path, demo: Demo) -> list[DemoFile]:
    """One CSV from each region that is a unit, else one from the department.

    Every second sends longitude and latitude, the others easting and northing.
    """
    schools = demo.facilities.among(tuple(SCHOOLS))
    if demo.province.has_made_up_regions:
        return [_schools_of(demo, schools, DemoFile(folder / 'schools.csv', 'schools', 'education'))]
    codes = [place.unit.code for place in demo.province.regions]
    agency = demo.levels[0]
    files = [
        DemoFile(
            folder / f'schools_{code}.csv', 'schools', f'{agency}_{code}', f'unit={code}',
            crs=f'EPSG:{demo.srid if i % 2 else WGS84}',
        )
        for i, code in enumerate(codes)
    ]  # fmt: skip
    owner = np.array([demo.facilities.items[i].region for i in schools])
    return [_schools_of(demo, schools[owner == code], file) for code, file in zip(codes, files, strict=True)]


def _schools_of(demo: Demo, which: NDArray[np.intp], file: DemoFile) -> DemoFile:
    table = facilities_table(demo.facilities, which, ('MA_TRUONG', 'TEN_TRUONG', 'CAP_HOC', 'SO_CHO'), demo.srid)
    geographic = file.crs != f'EPSG:{demo.srid}'
    _write_points(file.path, demo.with_valid_figures('schools', table), geographic)
    return replace(file, crs=file.crs or f'EPSG:{WGS84}')


def _write_points(path: Path, table: Table, geographic: bool) -> None:
    if geographic:
        write_csv(path, table.moved_to(4326), 'lon', 'lat', decimals=8)
    else:
        write_csv(path, table, 'E', 'N', decimals=2)


def health(folder: Path, demo: Demo) -> list[DemoFile]:
    """The health department's file: points in degrees of WGS 84."""
    path = folder / 'health_facilities.geojson'
    health = demo.facilities.among(('station', 'hospital'))
    table = facilities_table(demo.facilities, health, ('MA_CSYT', 'TEN', 'LOAI', 'SO_GIUONG'), demo.srid)
    write_geojson(path, demo.with_valid_figures('health_facilities', table))
    return [DemoFile(path, 'health_facilities', 'health')]


def buildings(folder: Path, demo: Demo) -> list[DemoFile]:
    """All buildings in one GeoPackage."""
    path = folder / 'buildings.gpkg'
    table = buildings_table(demo.buildings, demo.addresses, demo.srid)
    write_geopackage(path, demo.with_valid_figures('buildings', table))
    return [DemoFile(path, 'buildings', 'construction')]


def elevation(folder: Path, demo: Demo) -> list[DemoFile]:
    """The surveying office's raster."""
    path = folder / 'elevation.tif'
    write_elevation(path, *demo.elevation, demo.srid)
    return [DemoFile(path, 'elevation', 'environment')]


def population_grid(folder: Path, demo: Demo) -> list[DemoFile]:
    """The statistics office's raster."""
    path = folder / 'population_grid.tif'
    write_population_grid(path, demo.outline, demo.buildings)
    return [DemoFile(path, 'population_grid', 'statistics')]


WRITERS = (units, surroundings, rivers, power_lines, roads, schools, health, buildings, elevation, population_grid)
