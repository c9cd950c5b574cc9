"""Heavy parts of analyses, spread over threads or over the workers of a cluster: the same answer everywhere."""

import functools
import gc
import importlib
import logging
import os
import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

from dothi.core.settings import PROJECT
from dothi.core.text import steward_advice
from processes.ground.criterion_values import Distance
from processes.ground.flooding import Basin, flood_tiles
from processes.ground.geotiff import Band
from processes.ground.spread import ClusterLost, ClusterUnreachable, spread_pieces
from processes.ground.suitability import Factor, Search, score_tile
from processes.ground.tiles import square_cells, tiles_of
from tests.matrix import thorough
from tests.present import present
from tests.rasters import CELL, NODATA, NORTH, WEST, write_raster

if TYPE_CHECKING:
    from distributed import LocalCluster


FOLDER = Path(__file__).parent


@pytest.fixture(scope='module')
def importable() -> Iterator[None]:
    """Workers, which are started with this environment, find `piecework`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(FOLDER)
        patch.setenv('PYTHONPATH', os.pathsep.join([str(FOLDER), str(PROJECT)]))
        yield


@pytest.fixture
def piecework(importable: None) -> ModuleType:
    return importlib.import_module('piecework')


def started_cluster(**numbers: int) -> 'LocalCluster':
    """A scheduler and workers; who only collects the tests does not import dask."""
    from distributed import LocalCluster

    return LocalCluster(processes=True, dashboard_address=None, silence_logs=logging.CRITICAL, **numbers)


@pytest.fixture(scope='module')
def two_workers(importable: None) -> 'Iterator[LocalCluster]':
    """A scheduler and two workers, each a process of its own, as `dask worker` starts them."""
    with started_cluster(n_workers=2, threads_per_worker=1) as cluster:
        yield cluster


@pytest.fixture
def cluster(two_workers: 'LocalCluster', monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DOTHI_DASK', two_workers.scheduler_address)


def test_two_workers_give_the_very_same_answer_as_one_process(
    piecework: ModuleType, two_workers: 'LocalCluster', monkeypatch: pytest.MonkeyPatch
) -> None:
    work = functools.partial(piecework.noise_and_place, 3.0)
    here = list(spread_pieces(work, range(20)))
    monkeypatch.setenv('DOTHI_DASK', two_workers.scheduler_address)
    there = list(spread_pieces(work, range(20)))
    assert {pid for _, pid in here} == {os.getpid()}
    assert len({pid for _, pid in there}) == 2
    assert os.getpid() not in {pid for _, pid in there}
    assert all((one == other).all() for (one, _), (other, _) in zip(here, there, strict=True))


def test_without_pieces_there_is_nothing_to_do(piecework: ModuleType, cluster: None) -> None:
    assert list(spread_pieces(piecework.inverse, [])) == []


def test_an_error_of_a_piece_comes_up_here(piecework: ModuleType, cluster: None) -> None:
    with pytest.raises(ZeroDivisionError):
        list(spread_pieces(piecework.inverse, [1.0, 0.0]))


def test_results_come_in_the_order_of_the_pieces_though_the_first_takes_longest() -> None:
    def slow_first(piece: int) -> int:
        time.sleep(0.1 if piece == 0 else 0)
        return piece

    assert list(spread_pieces(slow_first, range(10))) == list(range(10))


def test_pieces_are_taken_only_as_fast_as_they_are_used() -> None:
    """Of a million pieces a few are under way when the first result is there, and none after the reader left."""
    taken: list[int] = []
    lock = threading.Lock()

    def pieces() -> Iterator[int]:
        for number in range(1_000_000):
            with lock:
                taken.append(number)
            yield number

    results = spread_pieces(lambda piece: piece, pieces())
    assert next(results) == 0
    assert isinstance(results, Generator)
    results.close()
    assert len(taken) <= 100


def test_a_cluster_that_is_not_there_is_named_with_what_to_do(
    piecework: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('processes.ground.spread.PATIENCE_S', 1)
    monkeypatch.setenv('DOTHI_DASK', 'tcp://127.0.0.1:1')
    with pytest.raises(ClusterUnreachable) as refused:
        list(spread_pieces(piecework.inverse, [1.0]))
    advice = steward_advice(refused.value.text)
    assert 'tcp://127.0.0.1:1' in present(advice).en
    assert 'unset DOTHI_DASK' in present(advice).en


def test_an_address_that_is_none_is_refused_too(piecework: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('processes.ground.spread.PATIENCE_S', 1)
    monkeypatch.setenv('DOTHI_DASK', 'nowhere://a.example')
    with pytest.raises(ClusterUnreachable, match='not available'):
        list(spread_pieces(piecework.inverse, [1.0]))


def test_nothing_is_left_of_a_connection_that_could_not_begin(
    piecework: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Collected as garbage while the next one began, it kept that one waiting for ever."""
    from distributed import Client

    monkeypatch.setattr('processes.ground.spread.PATIENCE_S', 1)
    monkeypatch.setenv('DOTHI_DASK', 'nowhere://a.example')
    before = sum(isinstance(each, Client) for each in gc.get_objects())
    with pytest.raises(ClusterUnreachable):
        list(spread_pieces(piecework.inverse, [1.0]))
    assert sum(isinstance(each, Client) for each in gc.get_objects()) == before


def test_a_cluster_without_workers_is_no_help(piecework: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('processes.ground.spread.PATIENCE_S', 1)
    with started_cluster(n_workers=0) as empty:
        monkeypatch.setenv('DOTHI_DASK', empty.scheduler_address)
        with pytest.raises(ClusterUnreachable, match='not available'):
            list(spread_pieces(piecework.inverse, [1.0]))


def test_a_cluster_that_goes_away_at_work_ends_the_run(piecework: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = started_cluster(n_workers=1)
    monkeypatch.setenv('DOTHI_DASK', lost.scheduler_address)
    threading.Timer(1.5, lost.close).start()
    with pytest.raises(ClusterLost, match='went away'):
        list(spread_pieces(piecework.wait_a_minute, range(2)))


@thorough
def test_a_flood_and_a_search_on_two_workers_are_those_of_one_process(
    two_workers: 'LocalCluster', monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Real work: tiles of a raster in a shared file, with walls, targets and areas that travel to the workers."""
    heights = np.random.default_rng(3).choice([np.nan, 0.2, 0.6, 1.5], (60, 70), p=[0.1, 0.4, 0.3, 0.2])
    heights[:, 0] = np.nan
    path = write_raster(tmp_path / 'ground.tif', np.where(np.isnan(heights), NODATA, heights))
    grid = square_cells((WEST, NORTH - 60 * CELL, WEST + 70 * CELL, NORTH), 9209, CELL)
    basin = Basin(Band(path, 1, 9209), grid, 1.0, walls=np.arange(70 * 20, 70 * 20 + 40))
    everywhere = np.array([shapely.box(*grid.bounds)], dtype=object)
    near = Factor('near', Distance(np.array([5, 900, 3_000]), 2_000.0), 1.0, 2_000.0, 0.0)
    search = Search(grid, everywhere, [near], 0.5)

    def both() -> list[Any]:
        depths = [depth for _, depth in flood_tiles(basin, tiles_of(grid, 16))]
        return depths + [
            part.scores for part in spread_pieces(functools.partial(score_tile, search), tiles_of(grid, 16))
        ]

    here = both()
    monkeypatch.setenv('DOTHI_DASK', two_workers.scheduler_address)
    assert all(np.array_equal(one, other, equal_nan=True) for one, other in zip(here, both(), strict=True))
