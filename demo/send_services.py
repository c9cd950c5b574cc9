"""How companies and departments send what they run: networks, sites, street furniture, measurements."""

from collections.abc import Callable
from pathlib import Path

from demo import faults, flooding, land, offices, sites, streetside, watching
from demo.drawing import Demo
from demo.files import (
    Table,
    write_csv,
    write_geojson,
    write_geopackage,
    write_kml,
    write_mif_zip,
    write_old_shapefile_zip,
    write_shapefile_zip,
    write_tab_zip,
)
from demo.sent import DemoFile
from demo.water_network import water_network

Write = Callable[[Path, Table], None]


def _send_file(
    path: Path, demo: Demo, agency: str, table: Table, write: Write, crs: str | None = None
) -> list[DemoFile]:
    """The file of the layer that it is named after, written by `write`, which may put faults into the table."""
    layer = path.stem
    write(path, demo.with_valid_figures(layer, table))
    return [DemoFile(path, layer, agency, crs=crs)]


def _csv(path: Path, table: Table) -> None:
    write_csv(path, table, 'E', 'N', decimals=2)


def _spoilt_csv(path: Path, table: Table) -> None:
    _csv(path, faults.with_bad_rows(table, {'HANG_CHO': 'chợ cóc', 'DIEN_TICH': -5.0}))


def _csv_degrees(path: Path, table: Table) -> None:
    write_csv(path, table.moved_to(4326), 'lon', 'lat', decimals=8)


def commune_offices(folder: Path, demo: Demo) -> list[DemoFile]:
    """A surveyor's list: X is the northing, one office comes twice, one has no place."""
    table = faults.surveyors_table(faults.with_bad_rows(offices.commune_offices(demo), {}))
    return _send_file(
        folder / 'commune_offices.csv', demo, 'home_affairs', table, faults.write_table, f'EPSG:{demo.srid}'
    )


def substations(folder: Path, demo: Demo) -> list[DemoFile]:
    """The file for a globe viewer: the columns are extended data, the placemarks themselves have no names."""
    return _send_file(folder / 'substations.kml', demo, 'power', offices.substations(demo), write_kml)


def water(folder: Path, demo: Demo) -> list[DemoFile]:
    """The water company's plants, pipes and valves."""
    pipes, valves = water_network(demo)
    return [
        *_send_file(folder / 'water_plants.zip', demo, 'water_supply', offices.water_plants(demo), write_tab_zip),
        *_send_file(folder / 'water_pipes.gpkg', demo, 'water_supply', pipes, write_geopackage),
        *_send_file(folder / 'valves.gpkg', demo, 'water_supply', valves, write_geopackage),
    ]


def urban_environment(folder: Path, demo: Demo) -> list[DemoFile]:
    """Drains, works, landfills and parks, from one company; the parks were named on a Macintosh."""
    agency = 'urban_environment'
    return [
        *_send_file(folder / 'wastewater_plants.zip', demo, agency, sites.wastewater_plants(demo), write_shapefile_zip),
        *_send_file(folder / 'drainage.zip', demo, agency, streetside.drainage(demo), write_mif_zip),
        *_send_file(folder / 'landfills.geojson', demo, agency, sites.landfills(demo), write_geojson),
        *_send_file(folder / 'parks.zip', demo, agency, faults.decomposed(sites.parks(demo)), write_shapefile_zip),
    ]


def dikes(folder: Path, demo: Demo) -> list[DemoFile]:
    """The dike office works with MapInfo."""
    return _send_file(folder / 'dikes.zip', demo, 'agriculture', flooding.dikes(demo), write_tab_zip)


def surveyed(folder: Path, demo: Demo) -> list[DemoFile]:
    """Flood zones and land use, as the department of natural resources draws them."""
    return [
        *_send_file(folder / 'flood_zones.gpkg', demo, 'environment', flooding.flood_zones(demo), write_geopackage),
        *_send_file(folder / 'land_use.gpkg', demo, 'environment', land.land_use(demo), write_geopackage),
    ]


def markets(folder: Path, demo: Demo) -> list[DemoFile]:
    """A list with a few wrong rows; and a later one, in which every fifth market is missing: it waits for a person."""
    table = demo.with_valid_figures('markets', offices.markets(demo))
    later = folder / 'markets_again.csv'
    _csv(later, faults.thinned(table, 5))
    return [
        *_send_file(folder / 'markets.csv', demo, 'trade', table, _spoilt_csv, f'EPSG:{demo.srid}'),
        DemoFile(later, 'markets', 'trade', crs=f'EPSG:{demo.srid}', accept_loss=False),
    ]


def transport(folder: Path, demo: Demo) -> list[DemoFile]:
    """Bridges and bus stops; and four new stops whose list does not say its system: it waits for a person.

    The numbers fit UTM zone 48 in VN-2000 and in WGS 84, 224 m apart, and nothing known is near enough to tell.
    """
    new = folder / 'bus_stops_new.csv'
    faults.write_table(new, faults.surveyors_table(streetside.new_bus_stops(demo).moved_to(3405)))
    return [
        *_send_file(folder / 'bus_stops.geojson', demo, 'transport', streetside.bus_stops(demo), write_geojson),
        *_send_file(folder / 'bridges.zip', demo, 'transport', streetside.bridges(demo), write_shapefile_zip),
        DemoFile(new, 'bus_stops', 'transport', mode='upsert'),
    ]


def cemeteries(folder: Path, demo: Demo) -> list[DemoFile]:
    """Drawn twenty years ago, in TCVN3."""
    table = faults.in_tcvn3(sites.cemeteries(demo))
    return _send_file(folder / 'cemeteries.zip', demo, 'construction', table, write_old_shapefile_zip)


def street_lights(folder: Path, demo: Demo) -> list[DemoFile]:
    """The street lights, one feature each."""
    return _send_file(
        folder / 'street_lights.gpkg', demo, 'public_works', streetside.street_lights(demo), write_geopackage
    )


def cameras(folder: Path, demo: Demo) -> list[DemoFile]:
    """The police's positions, for internal use, and the cells that everybody may see."""
    return [
        *_send_file(folder / 'cameras.csv', demo, 'police', watching.cameras(demo), _csv_degrees, 'EPSG:4326'),
        *_send_file(folder / 'camera_coverage.gpkg', demo, 'police', watching.camera_coverage(demo), write_geopackage),
    ]


def air(folder: Path, demo: Demo) -> list[DemoFile]:
    """Stations, and a file of hourly values as a data logger writes it."""
    values = watching.air_observations(demo)
    return [
        *_send_file(folder / 'air_stations.geojson', demo, 'environment', watching.air_stations(demo), write_geojson),
        *_send_file(folder / 'air_observations.csv', demo, 'environment', values, _csv_degrees, 'EPSG:4326'),
    ]


def citizen_reports(folder: Path, demo: Demo) -> list[DemoFile]:
    """The operations centre's export, its places coarse already."""
    reports = watching.citizen_reports(demo)
    return _send_file(folder / 'citizen_reports.csv', demo, 'operations_centre', reports, _csv, f'EPSG:{demo.srid}')


WRITERS = (
    commune_offices,
    substations,
    water,
    urban_environment,
    dikes,
    surveyed,
    markets,
    transport,
    cemeteries,
    street_lights,
    cameras,
    air,
    citizen_reports,
)
