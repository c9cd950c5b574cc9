"""The power grid: what the loss of substations cuts off, as far as lines and stations tell."""

from collections.abc import Callable

import numpy as np
import scipy
import shapely

from dothi.core.arrays import Bools, Floats
from dothi.core.text import Text
from processes.data import Data, Homes
from processes.inputs import LayerRef
from processes.supply.traced import TOUCH_M, AffectedHomes, Rows, Trace, failing_rows, read_rows
from processes.supply.traced_water import shapes_of_rows
from processes.supply.tracing import energised_nodes, grid_of

SUBSTATIONS, LINES = LayerRef('substations'), LayerRef('power_lines')
CAVEATS = [
    Text(
        vi='Nhà được coi là dùng điện của trạm gần nhất dưới cấp điện áp cao nhất; lưới phân phối không có dữ liệu.',
        en='A house is taken to be on the nearest station below the highest voltage: distribution is not recorded.',
    ),
    Text(
        vi='Trạm có điện áp cao nhất được coi là nguồn; trạm khác có điện khi còn tuyến nối tới nguồn, không xét tải.',
        en='Stations of the highest voltage count as sources; any line to one will do for others, whatever the load.',
    ),
]


def trace_power(failed: LayerRef, data: Data) -> Trace:
    """What the loss of substations cuts off."""
    stations, lines = read_rows(SUBSTATIONS, data, 'voltage_kv'), read_rows(LINES, data, 'voltage_kv')
    lost = failing_rows(failed, SUBSTATIONS, stations, data)
    xy = shapely.get_coordinates(shapely.centroid(shapes_of_rows(stations)))
    grid = grid_of(xy, shapes_of_rows(lines), TOUCH_M)
    voltage_kv = np.array([row['voltage_kv'] for row in stations], dtype=np.float64)
    sources = voltage_kv == voltage_kv.max()
    before = energised_nodes(grid, sources, np.zeros(len(stations), dtype=bool))
    after = energised_nodes(grid, sources, lost)
    dark = before & ~after
    dead = [
        line
        for line, touching in zip(lines, grid.touching, strict=True)
        if before[touching].any() and not after[touching].any()
    ]
    facts = {
        'stations': len(stations),
        'stations_lost': [stations[number]['code'] for number in np.flatnonzero(lost)],
        'stations_without_supply': [stations[number]['code'] for number in np.flatnonzero(dark & ~lost)],
        'stations_without_supply_before': [stations[number]['code'] for number in np.flatnonzero(~before)],
        'lines_without_supply': len(dead),
    }
    members = {
        stations[number]['id']: {'voltage_kv': voltage_kv[number], 'lost': bool(lost[number])}
        for number in np.flatnonzero(dark | lost)
    }
    network = {line['id']: {'voltage_kv': float(line['voltage_kv'])} for line in dead}
    serving = ~sources if not sources.all() else sources
    return Trace((LINES, network), (SUBSTATIONS, members), facts, CAVEATS, nearest_dark(stations, xy, serving, dark))


def nearest_dark(stations: Rows, xy: Floats, serving: Bools, dark: Bools) -> Callable[[Homes], AffectedHomes]:
    """Finds the homes whose nearest serving station is dark."""
    serves = np.flatnonzero(serving)

    def affected(homes: Homes) -> AffectedHomes:
        nearest_query = scipy.spatial.cKDTree(xy[serves]).query(homes.xy)
        distance_m, nearest = np.asarray(nearest_query[0]), np.asarray(nearest_query[1])
        station = serves[nearest]
        home = np.flatnonzero(dark[station])
        return AffectedHomes(home, [stations[number]['code'] for number in station[home]], distance_m[home])

    return affected
