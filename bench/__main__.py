"""`make bench`: measures, prints, and writes docs/benchmarks.md."""

import os
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

from psycopg2 import sql

from bench import analyses, chapters, load, mapserver, pictures, report
from bench.access import access_chapters
from bench.chapters import Chapter, Subject
from bench.country import ROWS, country, country_file, deliver_country
from bench.extents import SCALES_M
from bench.geocode import geocoding
from bench.instance import FULL, HALF, check_empty, filled, folder, running
from bench.loading import Run, loading, taking_back
from bench.new_tiles import after_a_release, new_tiles
from bench.pgrouting import pgrouting
from bench.portal import portal, portal_through_nginx
from bench.room import room
from bench.scenarios import scenario_chapter
from bench.servers import ours
from bench.shipped import shipped_pygeoapi
from bench.small_answers import small_answers
from bench.tiling import Places
from bench.tipg import tipg
from demo.drawing import Demo
from dothi.cli import output
from dothi.core.catalog import current_releases
from dothi.core.database import connection
from dothi.core.layer import Layer
from dothi.core.locality import Locality, load_locality
from dothi.core.progress import Progress
from dothi.core.settings import PROJECT, PathSettings
from dothi.local.services import service_url

LAYER = 'buildings'


PARTS = (
    'loading', 'rollback', 'room', 'small', 'tiles', 'api', 'analysis', 'scenarios', 'pictures', 'geocode', 'access',
    'portal',
)  # fmt: skip
# An hour and 20 GB of disk, or a quarter of an hour and wrk: only where they are named. `clients`: `load` without map
# users, three minutes.
BY_HAND = ('country', 'load', 'clients')
PAGE = PROJECT / 'docs' / 'benchmarks.md'


def main(parts: list[str]) -> None:
    """Measures the named parts, or all: loading by itself, the others on the full province."""
    unknown = set(parts) - {*PARTS, *BY_HAND}
    if unknown:
        sys.exit(f'{", ".join(sorted(unknown))}: PARTS are {", ".join((*PARTS, *BY_HAND))}')
    chosen_parts = parts or PARTS
    if 'loading' in chosen_parts:
        _write([_print_chapter(loading(folder() / 'loading', load_locality(PathSettings().locality)))], [])
    if 'rollback' in chosen_parts:
        _write([_print_chapter(taking_back(folder() / 'loading', load_locality(PathSettings().locality)))], [])
    if 'room' in chosen_parts:
        written = room(folder() / 'room', load_locality(PathSettings().locality))
        _write([_print_chapter(chapter) for chapter in written], [])
    with output.progress() as progress:
        if 'analysis' in chosen_parts:
            _write(_analyses(progress), [])
        if 'access' in chosen_parts:
            _write([_print_chapter(chapter) for chapter in access_chapters(progress, folder())], [])
        if 'country' in chosen_parts:
            _write([_print_chapter(_country(progress))], [])
        for part in (part for part in ON_THE_FULL_PROVINCE if part in chosen_parts):
            with running(FULL, progress):
                _write(*ON_THE_FULL_PROVINCE[part]())


def _analyses(progress: Progress) -> list[Chapter]:
    """On the full province, and on half of its buildings; results are not taken from the store."""
    os.environ.update({'DOTHI_RESULT_STORE': 'off', 'DOTHI_JOB_MEMORY_MB': str(analyses.MEMORY_MB)})
    with running(HALF, progress):
        half = analyses.each(_api_url(), HALF)
    with running(FULL, progress):
        whole = _print_chapter(analyses.each(_api_url(), FULL))
        reference_date = load_locality(PathSettings().locality).place.reference_date
        with pgrouting(reference_date.isoformat()) as peer:
            against = _print_chapter(analyses.coverage_against(peer, _api_url(), FULL))
    return [whole, against, _print_chapter(analyses.growth(half.timings, whole.timings))]


def _write(written: list[Chapter], peers: list[str]) -> None:
    """Puts what was measured into the page, whose other chapters stay."""
    versions = [f'dothi {version("dothi")}', *peers]
    PAGE.write_text(report.page(written, versions, PAGE.read_text(encoding='utf-8')), encoding='utf-8')


def _country(progress: Progress) -> Chapter:
    deliveries: list[Run] = []

    def fill(locality: Locality) -> None:
        check_empty()
        # apart: the memory of a process that starts another counts as that one's, too
        with ProcessPoolExecutor(1, get_context('spawn')) as apart:
            file = apart.submit(country_file, folder() / 'country', locality).result()
        deliveries.append(deliver_country(file))

    with filled('country', fill, progress):
        server = ours(f'{service_url("public")}/api', LAYER)
        return country(server, f'{server.base}/map', ROWS, deliveries[0])


def _small_answers() -> tuple[list[Chapter], list[str]]:
    return [_print_chapter(chapter) for chapter in small_answers(_ours_alone(), service_url('public'))], []


def _ours_alone() -> Subject:
    layer = load_locality(PathSettings().locality).layer(LAYER)
    ids = _feature_ids(layer)
    return Subject(layer, len(ids), Places(layer), [ours(_api_url(), layer.id)], ids, _clear_tiles)


def _tile_chapters() -> tuple[list[Chapter], list[str]]:
    subject, locality = _ours_alone(), load_locality(PathSettings().locality)
    written = [_print_chapter(new_tiles(subject, locality))]
    return [*written, _print_chapter(after_a_release(subject, locality, folder()))], _versions()


def _api_chapters() -> tuple[list[Chapter], list[str]]:
    layer = load_locality(PathSettings().locality).layer(LAYER)
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        # the web server in front of MapServer may run as another user
        logs.chmod(0o755)
        servers = [
            ours(_api_url(), layer.id),
            stack.enter_context(tipg(layer, logs, folder())),
            stack.enter_context(shipped_pygeoapi(layer, logs)),
            stack.enter_context(mapserver.mapserver(layer, logs)),
        ]
        ids = _feature_ids(layer)
        subject = Subject(layer, len(ids), Places(layer), servers, ids, _clear_tiles)
        written = [_print_chapter(chapters.pages(subject, limit)) for limit in (10, 1_000, 10_000)]
        written += [
            _print_chapter(chapter(subject))
            for chapter in (
                chapters.deep_pages,
                chapters.not_modified,
                chapters.busy_tiles,
                chapters.province_tiles,
                chapters.sessions,
            )
        ]
        return written, [*_versions(), *(server.name for server in servers[1:])]


def _picture_chapters() -> tuple[list[Chapter], list[str]]:
    """folder() keeps a picture of each kind by each server, to be looked at."""
    locality, picture_folder = load_locality(PathSettings().locality), folder() / 'pictures'
    picture_folder.mkdir(parents=True, exist_ok=True)
    picture_folder.chmod(0o755)
    # the same places are asked for in every run
    _clear('pictures')
    with pictures.scene(locality, service_url('internal'), Places(locality.layer(LAYER)), picture_folder) as scene:
        written = [_print_chapter(pictures.pictures(kind, scene)) for kind in SCALES_M]
        written += [_print_chapter(pictures.cached(scene)), _print_chapter(pictures.tiles(scene, _api_url()))]
        return written, [*_versions(), *(painter.name for painter in scene.painters[1:])]


def _client_chapters() -> tuple[list[Chapter], list[str]]:
    public_url = service_url('public')
    written = [load.raster_tiles(_ours_alone(), public_url), load.mixed(_ours_alone(), public_url, _public_layers())]
    return [_print_chapter(chapter) for chapter in written], _versions()


def _load_chapters() -> tuple[list[Chapter], list[str]]:
    written, versions = _client_chapters()
    locality, public_url = load_locality(PathSettings().locality), service_url('public')
    users = load.map_users(_ours_alone(), public_url, locality, folder(), service_url('internal'))
    return [*written, _print_chapter(users)], versions


def _public_layers() -> list[Layer]:
    """The layers that everybody may see, of which there is a release."""
    layers = load_locality(PathSettings().locality).layers.values()
    return [layer for layer in layers if layer.visible_to('public') and layer.id in _released()]


def _released() -> set[str]:
    with connection('reader_internal') as db:
        return set(current_releases(db))


def _geocoding() -> tuple[list[Chapter], list[str]]:
    locality = load_locality(PathSettings().locality)
    return [_print_chapter(geocoding(Demo(locality.path, FULL, seed=1), locality))], []


def _scenarios() -> tuple[list[Chapter], list[str]]:
    return [_print_chapter(scenario_chapter(_api_url(), FULL))], _versions()


def _portal() -> tuple[list[Chapter], list[str]]:
    return [_print_chapter(chapter(service_url('public'))) for chapter in (portal, portal_through_nginx)], []


def _clear_tiles() -> None:
    """Empties the tile cache of the running instance."""
    _clear('tiles')


def _clear(kind: str) -> None:
    shutil.rmtree(PathSettings().state / 'cache' / kind, ignore_errors=True)


def _print_chapter(chapter: Chapter) -> Chapter:
    report.show(chapter)
    return chapter


def _api_url() -> str:
    return f'{service_url("internal")}/api'


def _feature_ids(layer: Layer) -> list[int]:
    with connection('reader_internal') as db, db.cursor() as cursor:
        rows = current_releases(db)[layer.id].rows_total
        cursor.execute(sql.SQL('select id from {} order by id').format(sql.Identifier('layer', layer.id)))
        ids = [number for (number,) in cursor.fetchall()]
    assert len(ids) == rows
    return ids


def _versions() -> list[str]:
    with connection('reader_internal') as db, db.cursor() as cursor:
        cursor.execute("select current_setting('server_version'), postgis_lib_version()")
        row = cursor.fetchone()
    assert row is not None
    return [f'PostgreSQL {row[0].split()[0]}', f'PostGIS {row[1]}']


ON_THE_FULL_PROVINCE = {
    'small': _small_answers,
    'tiles': _tile_chapters,
    'api': _api_chapters,
    'scenarios': _scenarios,
    'pictures': _picture_chapters,
    'geocode': _geocoding,
    'portal': _portal,
    'load': _load_chapters,
    'clients': _client_chapters,
}


if __name__ == '__main__':
    main(sys.argv[1:])
