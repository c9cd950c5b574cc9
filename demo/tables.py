"""The demo's layers as agencies would name their columns."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from demo.addresses import Addresses
from demo.buildings import Buildings
from demo.files import Table
from demo.lines import PowerLine
from demo.outline import River
from demo.places import Facilities
from demo.roads import CLASSES, Roads
from demo.units import Place

# What offices call the levels in the names of their columns.
VIETNAMESE = {'district': 'HUYEN', 'commune': 'XA'}


def code_column(level: str) -> str:
    """The column with the codes of units of a level: `MA_XA`."""
    return f'MA_{VIETNAMESE.get(level, level.upper())}'


def text(values: list[str]) -> NDArray[np.generic]:
    """The values as a column of text, an array of Python strings."""
    return np.array(values, dtype=object)


def units_table(places: list[Place], levels: list[str], srid: int) -> Table:
    """Units of one level, with the Vietnamese column names of an office of home affairs.

    levels: from the largest to that of the places; what is above them is a province.
    """
    code, parent = code_column(levels[-1]), code_column(levels[-2]) if len(levels) > 1 else 'MA_TINH'
    name = code.replace('MA_', 'TEN_')
    units = [place.unit for place in places]
    columns = {
        code: text([unit.code for unit in units]),
        name: text([unit.name for unit in units]),
        parent: text([unit.parent_code for unit in units]),
        'HIEU_LUC': np.array([unit.valid_from for unit in units], dtype='datetime64[D]'),
        'HET_HL': np.array([unit.valid_to for unit in units], dtype='datetime64[D]'),
    }
    return Table(multi([place.polygon for place in places]), columns, srid)


def multi(polygons: list[BaseGeometry] | NDArray[np.object_]) -> NDArray[np.object_]:
    """Polygons as MultiPolygons of their parts."""
    parts, owner = shapely.get_parts(np.asarray(polygons, dtype=object), return_index=True)
    return np.asarray(shapely.multipolygons(parts, indices=owner))


def roads_table(roads: Roads, addresses: Addresses, prefix: str, srid: int) -> Table:
    """Road segments, numbered in the order of their class."""
    order = np.argsort(roads.rank, kind='stable')
    roads = roads.only(order)
    columns = {
        'MA_DUONG': text([f'{prefix}-D-{number:06d}' for number in range(1, len(roads) + 1)]),
        'TEN_DUONG': addresses.road_name[order],
        'CAP_DUONG': np.array(CLASSES, dtype=object)[roads.rank],
        'MAT_DUONG': roads.surface,
        'BE_RONG': roads.width_m,
    }
    return Table(roads.line, columns, srid)


def buildings_table(buildings: Buildings, addresses: Addresses, srid: int) -> Table:
    """Buildings with use, floors, people and address."""
    columns = {
        'MA_CT': buildings.code,
        'CONG_NANG': buildings.use,
        'SO_TANG': buildings.floors.astype(np.int32),
        'SO_NGUOI': buildings.population.astype(np.int32),
        'SO_NHA': addresses.house_number[buildings.plot],
        'TEN_DUONG': addresses.street[buildings.plot],
    }
    return Table(multi(buildings.footprint), columns, srid)


def facilities_table(
    facilities: Facilities, which: NDArray[np.intp], names: tuple[str, str, str, str], srid: int
) -> Table:
    """Some of the facilities under the given column names for code, name, kind and size."""
    items = [facilities.items[i] for i in which]
    values = (
        text([item.code for item in items]),
        text([item.name for item in items]),
        text([item.kind for item in items]),
        np.array([item.size for item in items], dtype=np.int32),
    )
    return Table(facilities.points[which], dict(zip(names, values, strict=True)), srid)


def power_lines_table(lines: list[PowerLine], srid: int) -> Table:
    """Power lines, one feature from substation to substation."""
    columns: dict[str, NDArray[np.generic]] = {
        'MA_TUYEN': text([line.code for line in lines]),
        'TEN_TUYEN': text([line.name for line in lines]),
        'DIEN_AP': np.array([line.voltage_kv for line in lines]),
        'BOC_CD': np.array([line.insulated for line in lines]),
    }
    return Table(np.array([line.line for line in lines], dtype=object), columns, srid)


def rivers_table(rivers: list[River], srid: int, sent_in: int) -> Table:
    """Rivers by their centre lines, in the system `sent_in` that the water office works in."""
    columns: dict[str, NDArray[np.generic]] = {
        'MA_SONG': text([river.code for river in rivers]),
        'TEN_SONG': text([river.name for river in rivers]),
        'BE_RONG': np.array([river.width_m for river in rivers]),
    }
    return Table(np.array([river.line for river in rivers], dtype=object), columns, srid).moved_to(sent_in)
