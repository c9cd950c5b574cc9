"""Leaves the demonstration on this machine, and looks whether anything of it is left."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dothi.core.progress import Progress, silent
from dothi.local.demo_files import find_files, remove_drawings, remove_sketches
from etl.demonstration.files import find_originals
from etl.demonstration.leaving import LeaveOrder, leave
from etl.demonstration.standing import LayerStanding, Standing, find_standing
from etl.desk.deliveries import loader_session

if TYPE_CHECKING:
    from dothi.core.locality import Locality


@dataclass(frozen=True)
class Left:
    """What was left: the layers as they were before, and what there is now."""

    layers: list[LayerStanding]
    after: Standing


def look_for_demo(locality: 'Locality') -> Standing:
    """What of this instance is demonstration data, in the database, in the store and in the state folder."""
    with loader_session('dothi demo', role='owner') as db:
        standing = find_standing(db, locality)
        traces = [*standing.traces, *find_originals(db), *find_files(db)]
    return standing.model_copy(update={'traces': traces})


def leave_demo(order: LeaveOrder, locality: 'Locality', progress: Progress = silent) -> Left:
    """Leaves the demonstration as the order says; raises as `etl.demonstration.leaving.leave`."""
    from dothi.cartography.shared_styles import sync_styles

    layers = leave(order, locality, progress)
    with loader_session('dothi demo leave', role='owner') as db:
        remove_drawings(db)
    if order.is_whole:
        remove_sketches()
    # classes of styles are told apart by what a layer holds
    sync_styles(locality)
    return Left(layers, look_for_demo(locality))
