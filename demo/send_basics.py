"""How the offices that a province always has send their layers: units, roads, rivers, schools, buildings, rasters."""

from pathlib import Path

import numpy as np

from demo.drawing import Demo
from demo.elevation import write_elevation
from demo.files import Table, write_csv, write_geojson, write_geopackage, write_shapefile_zip, write_tab_zip
from demo.places import SCHOOLS
from demo.population_grid import write_population_grid
from demo.register import LaterState
from demo.sent import DemoFile
from demo.tables import (
    buildings_table,
    communes_table,
    districts_table,
    facilities_table,
    power_lines_table,
    rivers_table,
    roads_table,
)
from demo.units import draw_later


def units(folder: Path, demo: Demo) -> list[DemoFile]:
    """Districts and communes of the reference date, and of each change after it."""
    districts, communes = folder / 'districts.zip', folder / 'communes.gpkg'
    write_shapefile_zip(districts, districts_table(demo.province.districts))
    write_geopackage(communes, communes_table(demo.province.communes))
    now = [DemoFile(districts, 'districts', 'home_affairs'), DemoFile(communes, 'communes', 'home_affairs')]
    return now + [_later_units(folder, demo, state) for state in demo.later]


def _later_units(folder: Path, demo: Demo, state: LaterState) -> DemoFile:
    """One file for the units of a level after a change, as the office sends them when a resolution takes effect."""
    places = draw_later(demo.province, state)
    if state.level == 'district':
        path = folder / f'districts_{state.on}.zip'
        write_shapefile_zip(path, districts_table(places))
        return DemoFile(path, 'districts', 'home_affairs', as_of=state.on)
    path = folder / f'communes_{state.on}.gpkg'
    write_geopackage(path, communes_table(places))
    return DemoFile(path, 'communes', 'home_affairs', as_of=state.on)


def rivers(folder: Path, demo: Demo) -> list[DemoFile]:
    """The water office works with Shapefiles in its UTM zone."""
    path = folder / 'rivers.zip'
    write_shapefile_zip(path, rivers_table(demo.outline.rivers))
    return [DemoFile(path, 'rivers', 'agriculture')]


def power_lines(folder: Path, demo: Demo) -> list[DemoFile]:
    """The power company works with MapInfo."""
    path = folder / 'power_lines.zip'
    write_tab_zip(path, power_lines_table(demo.power_lines))
    return [DemoFile(path, 'power_lines', 'power')]


def roads(folder: Path, demo: Demo) -> list[DemoFile]:
    """The road network in one Shapefile."""
    path = folder / 'roads.zip'
    write_shapefile_zip(path, roads_table(demo.roads, demo.prefix))
    return [DemoFile(path, 'roads', 'transport')]


def schools(folder: Path, demo: Demo) -> list[DemoFile]:
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


def health(folder: Path, demo: Demo) -> list[DemoFile]:
    """The health department's file: points in degrees of WGS 84."""
    path = folder / 'health_facilities.geojson'
    health = demo.facilities.among(('station', 'hospital'))
    write_geojson(path, facilities_table(demo.facilities, health, ('MA_CSYT', 'TEN', 'LOAI', 'SO_GIUONG')))
    return [DemoFile(path, 'health_facilities', 'health')]


def buildings(folder: Path, demo: Demo) -> list[DemoFile]:
    """All buildings in one GeoPackage."""
    path = folder / 'buildings.gpkg'
    write_geopackage(path, buildings_table(demo.buildings))
    return [DemoFile(path, 'buildings', 'construction')]


def elevation(folder: Path, demo: Demo) -> list[DemoFile]:
    """The surveying office's raster."""
    path = folder / 'elevation.tif'
    write_elevation(path, *demo.elevation)
    return [DemoFile(path, 'elevation', 'environment')]


def population_grid(folder: Path, demo: Demo) -> list[DemoFile]:
    """The statistics office's raster."""
    path = folder / 'population_grid.tif'
    write_population_grid(path, demo.outline, demo.buildings)
    return [DemoFile(path, 'population_grid', 'statistics')]


WRITERS = (units, rivers, power_lines, roads, schools, health, buildings, elevation, population_grid)
