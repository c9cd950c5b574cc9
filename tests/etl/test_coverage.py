"""A raster is delivered like any file: checked, kept as it came, released whole or not at all."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from psycopg2.extensions import connection as Connection
from rasterio.transform import Affine, from_origin

from dothi.core import database as core_database
from dothi.core.coverage import Coverage
from dothi.core.coverage_sync import sync_coverages
from dothi.core.database import connection
from dothi.core.layer_columns import UnsafeLayerChange
from dothi.core.locality import Locality, UnknownLayer, load_locality
from dothi.core.text import Text
from etl.coverage import delivery as raster_delivery
from etl.coverage.file import BandsDoNotFit, NotGeoreferenced, NotNorthUp, WholeOnly
from etl.coverage.place import UnusableCrs
from etl.coverage.release import Served, lock
from etl.desk import decide as desk
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.desk.rollback import RasterMissing, rollback
from etl.formats.errors import EmptyFile, UnknownFormat, UnreadableFile
from etl.report.html import page
from etl.report.model import Report
from tests.etl.conftest import Query, Send
from tests.forked import run_program
from tests.matrix import exhaustive
from tests.present import present
from tests.rasters import CELL, HEIGHTS, NODATA, NORTH, PEOPLE, USES, WEST, write_raster

pytestmark = pytest.mark.filterwarnings('ignore::rasterio.errors.NotGeoreferencedWarning')


@pytest.fixture
def database(coverage_database: dict[str, str]) -> dict[str, str]:
    """With the two coverages."""
    return coverage_database


@pytest.fixture
def give(database: dict[str, str], somewhere: Locality) -> Send:
    """Delivers a raster."""

    def give_(file: Path, coverage: str = 'heights', **options: Any) -> Report:
        return deliver(file, DeliveryOptions(layer=coverage, **options), somewhere)

    return give_


@pytest.fixture
def store(database: dict[str, str]) -> Path:
    return Path(database['DOTHI_STATE']) / 'store'


def changed(**cells: float) -> list[list[float]]:
    """HEIGHTS with other values, by row and column: r0c1=20."""
    rows = [list(map(float, row)) for row in HEIGHTS]
    for place, value in cells.items():
        rows[int(place[1])][int(place[3])] = value
    return rows


def released(store: Path, report: Report) -> Path:
    """The file that is served."""
    (file,) = store.glob(f'*coverages/{report.layer}/{report.release}.tif')
    return file


def test_the_values_are_released_as_they_came(give: Send, store: Path, tmp_path: Path, query: Query) -> None:
    """A COG on the very grid of the agency's file, with names and units of the bands, and the original beside it."""
    report = give(write_raster(tmp_path / 'dem.tif', HEIGHTS))
    assert (report.verdict, report.crs.declared, report.crs.decided) == ('accepted', 'EPSG:9209', 'EPSG:9209')
    assert present(report.raster).model_dump() == {
        'width': 4,
        'height': 3,
        'cell_width': 100.0,
        'cell_height': 100.0,
        'bands': [{'name': 'height', 'unit': 'm', 'valid': 11, 'min': 1.0, 'max': 12.0, 'mean': 72 / 11}],
    }
    with rasterio.open(released(store, report)) as cog:
        assert cog.read(1).tolist() == HEIGHTS
        assert (cog.nodata, cog.crs.to_epsg(), cog.dtypes) == (NODATA, 9209, ('float32',))
        assert cog.transform == from_origin(WEST, NORTH, CELL, CELL)
        assert (cog.descriptions, cog.units) == (('height',), ('m',))
        assert cog.tags()['DOTHI_RELEASE'] == str(report.release)
        assert cog.tags(ns='IMAGE_STRUCTURE')['LAYOUT'] == 'COG'
    assert query('select origin, rows_total, rows_added, demo_rows from catalog.release') == [('delivery', 11, 11, 0)]
    ((path,),) = query('select store_path from catalog.delivery')
    assert (store / path).read_bytes() == (tmp_path / 'dem.tif').read_bytes()


def test_a_large_raster_gets_blocks_and_overviews_that_mean_what_its_cells_mean(
    give: Send, store: Path, tmp_path: Path
) -> None:
    """600 x 600: heights are averaged for overviews; a count has none, since a mean of counts is no count."""
    rows = (np.arange(360_000).reshape(600, 600) % 50).tolist()
    heights = give(write_raster(tmp_path / 'a.tif', rows))
    counts = give(write_raster(tmp_path / 'b.tif', rows, np.ones((600, 600)), dtype='int16'), 'two')
    with rasterio.open(released(store, heights)) as one, rasterio.open(released(store, counts)) as other:
        assert (one.block_shapes, one.overviews(1)) == ([(512, 512)], [2])
        assert one.read(1).tolist() == rows
        assert other.overviews(1) == []
    with rasterio.open(released(store, heights), overview_level=0) as half:
        assert half.read(1)[0, 0] == np.mean([rows[0][0], rows[0][1], rows[1][0], rows[1][1]])


def test_the_same_raster_again_is_no_release(give: Send, tmp_path: Path, query: Query) -> None:
    """The very file, and the same values in a file that is packed otherwise."""
    first = give(write_raster(tmp_path / 'a.tif', HEIGHTS))
    again = give(tmp_path / 'a.tif')
    packed = give(write_raster(tmp_path / 'b.tif', HEIGHTS, compress='LZW', tiled=True, blockxsize=16, blockysize=16))
    for report in (again, packed):
        assert (report.verdict, report.unchanged, report.release) == ('accepted', True, first.release)
        assert present(report.diff).model_dump() == {'added': 0, 'changed': 0, 'closed': 0, 'unchanged': 11}
    assert query('select count(*) from catalog.release') == [(1,)]


def test_a_release_says_which_cells_changed_and_the_old_file_stays(give: Send, store: Path, tmp_path: Path) -> None:
    """One cell gets a value, one another, one loses it: 1 + 1 + 1, and 9 of 11 stay as they are."""
    first = give(write_raster(tmp_path / 'a.tif', HEIGHTS))
    second = give(write_raster(tmp_path / 'b.tif', changed(r1c1=6, r0c0=1.5, r2c3=NODATA)))
    assert present(second.diff).model_dump() == {'added': 1, 'changed': 1, 'closed': 1, 'unchanged': 9}
    with rasterio.open(released(store, first)) as before:
        assert before.read(1).tolist() == HEIGHTS


def test_losing_many_cells_waits_for_a_person(give: Send, tmp_path: Path, query: Query) -> None:
    """Two of eleven cells are 18 %, more than the 10 % of the file."""
    first = give(write_raster(tmp_path / 'a.tif', HEIGHTS))
    fewer = write_raster(tmp_path / 'b.tif', changed(r0c0=NODATA, r0c1=NODATA))
    held = give(fewer)
    assert (held.verdict, held.exit_code) == ('undecided', 4)
    assert '18.2%' in held.notes[-2].en
    assert query('select current_release from catalog.layer where id = %s', 'heights') == [(first.release,)]
    assert give(fewer, accept_loss=True).verdict == 'accepted'


def test_an_older_raster_does_not_overwrite_a_newer_one(
    give: Send, tmp_path: Path, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newer one comes and is released while the older one waits for its turn."""
    older, newer = (write_raster(tmp_path / f'{v}.tif', changed(r1c1=v)) for v in (6, 7))
    todo, came = [newer], list[Report]()

    def lock_later(db: Connection, coverage: Coverage) -> Served | None:
        if todo:
            came.append(give(todo.pop()))
        return lock(db, coverage)

    monkeypatch.setattr(raster_delivery, 'lock', lock_later)
    report = give(older)
    assert (report.release, report.superseded_by) == (None, came[0].delivery)
    assert query('select current_release from catalog.layer where id = %s', 'heights') == [(came[0].release,)]


def test_a_finer_grid_of_the_same_area_loses_nothing(give: Send, tmp_path: Path) -> None:
    """Cells of 50 m in place of 100 m: all cells are new, and none is missed."""
    give(write_raster(tmp_path / 'a.tif', HEIGHTS))
    fine = np.repeat(np.repeat(HEIGHTS, 2, axis=0), 2, axis=1).tolist()
    report = give(write_raster(tmp_path / 'b.tif', fine, place=from_origin(WEST, NORTH, 50, 50)))
    assert report.verdict == 'accepted'
    assert present(report.diff).model_dump() == {'added': 44, 'changed': 0, 'closed': 11, 'unchanged': 0}


def test_values_out_of_range_return_the_file_and_are_named(give: Send, tmp_path: Path, query: Query) -> None:
    """99 m in the second row, third column: where it is, and what is allowed."""
    report = give(write_raster(tmp_path / 'a.tif', changed(r1c2=99)))
    assert (report.verdict, report.exit_code, report.release) == ('returned', 3, None)
    assert report.rows.by_code == {'range': 1}
    (fault,) = report.rows.bad
    assert (fault.row, fault.column, fault.value) == (2, 'height', '99')
    assert fault.message_en == (
        'Cell in row 2, column 3, band height: "99" is outside -10 to 50 m. Check the value and its unit.'
    )
    assert fault.place == pytest.approx((106.174, 20.249), abs=0.001)
    assert query('select count(*) from catalog.release') == [(0,)]


def test_a_few_bad_cells_are_released_as_empty_where_the_file_allows_it(
    give: Send, store: Path, tmp_path: Path
) -> None:
    """`two` allows 10 %: one of eleven cells (9 %) is emptied in the band that is bad, and counted."""
    people = [list(row) for row in PEOPLE]
    people[0][0] = 5000
    report = give(write_raster(tmp_path / 'a.tif', people, USES, dtype='int16'), 'two')
    assert (report.verdict, report.rows.bad_rows) == ('accepted', 1)
    with rasterio.open(released(store, report)) as cog:
        assert cog.read(1)[0].tolist() == [NODATA, 20, 30, 40]
        assert cog.read(2)[0].tolist() == [1, 1, 2, 2]


def test_nodata_of_another_value_or_none_at_all(give: Send, store: Path, tmp_path: Path) -> None:
    """What the file calls empty becomes the coverage's nodata; without a word of it, that value counts as empty."""
    other = [[-32768 if cell == NODATA else cell for cell in row] for row in HEIGHTS]
    report = give(write_raster(tmp_path / 'a.tif', other, nodata=-32768))
    assert 'nodata -32768 was written as -99' in report.notes[-1].en
    silent = give(write_raster(tmp_path / 'b.tif', HEIGHTS, nodata=None))
    assert silent.unchanged
    with rasterio.open(released(store, report)) as cog:
        assert cog.read(1).tolist() == HEIGHTS
    nan = [[float('nan') if cell == NODATA else cell for cell in row] for row in HEIGHTS]
    assert give(write_raster(tmp_path / 'c.tif', nan, nodata=None)).unchanged


def test_values_that_are_no_numbers_are_empty_and_told(give: Send, tmp_path: Path) -> None:
    """A slip of an export and no gap: the cells beside it are released, the report says how many it were."""
    report = give(write_raster(tmp_path / 'a.tif', changed(r0c0=float('nan'), r2c3=float('inf'))))
    assert (report.verdict, present(report.raster).bands[0].valid) == ('accepted', 9)
    assert '2 values are NaN or infinite' in ' '.join(note.en for note in report.notes)
    assert not [note for note in give(write_raster(tmp_path / 'b.tif', HEIGHTS)).notes if 'NaN' in note.en]


def test_without_a_coordinate_system_the_file_waits(give: Send, tmp_path: Path, query: Query) -> None:
    """Nothing is guessed: candidates with their evidence, and `--crs` decides."""
    file = write_raster(tmp_path / 'a.tif', HEIGHTS, crs=None)
    held = give(file)
    assert (held.verdict, held.crs.decided) == ('undecided', None)
    assert 'EPSG:9209' in [candidate.crs for candidate in held.crs.candidates]
    assert query('select count(*) from catalog.release') == [(0,)]
    assert give(file, crs='EPSG:9209').crs.decided == 'EPSG:9209'


def test_vn2000_that_is_declared_as_wgs84_is_read_as_vn2000(give: Send, store: Path, tmp_path: Path) -> None:
    """The parameters are VN-2000's own; taken for WGS 84 everything would lie 224 m off."""
    wrong = '+proj=tmerc +lat_0=0 +lon_0=105.5 +k=0.9999 +x_0=500000 +y_0=0 +datum=WGS84 +units=m'
    report = give(write_raster(tmp_path / 'a.tif', HEIGHTS, crs=wrong))
    assert report.crs.decided == 'EPSG:9209'
    assert any('224 m' in note.en for note in report.notes)
    with rasterio.open(released(store, report)) as cog:
        assert cog.crs.to_epsg() == 9209


def test_another_system_is_kept_and_told(give: Send, store: Path, tmp_path: Path) -> None:
    """A file in UTM 48 keeps its cells: drawing them anew would change the values."""
    place = from_origin(622_000, 2_240_000, 100, 100)
    report = give(write_raster(tmp_path / 'a.tif', HEIGHTS, crs='EPSG:3405', place=place))
    assert report.verdict == 'accepted'
    assert any('EPSG:3405' in note.en for note in report.notes)
    with rasterio.open(released(store, report)) as cog:
        assert (cog.crs.to_epsg(), cog.transform) == (3405, place)


def test_a_raster_that_misses_the_locality_waits(somewhere: Locality, tmp_path: Path, database: dict[str, str]) -> None:
    """Nine tenths of the place must be covered; 400 by 300 m are nothing of it."""
    text = (somewhere.path / 'coverages' / 'heights.yml').read_text(encoding='utf-8')
    (somewhere.path / 'coverages' / 'heights.yml').write_text(text + 'checks: {covered_share: 0.9}\n', encoding='utf-8')
    strict = load_locality(somewhere.path)
    assert not strict.broken
    report = deliver(write_raster(tmp_path / 'a.tif', HEIGHTS), DeliveryOptions(layer='heights'), strict)
    assert report.verdict == 'undecided'
    assert 'covers 0.0% of the locality' in report.notes[-2].en


def test_a_check_says_the_same_and_leaves_nothing(give: Send, store: Path, tmp_path: Path, query: Query) -> None:
    report = give(write_raster(tmp_path / 'a.tif', HEIGHTS), dry_run=True)
    assert (report.verdict, report.dry_run, report.release) == ('accepted', True, None)
    assert present(report.diff).added == 11
    assert not (store / 'coverages').exists()
    assert query('select count(*) from catalog.delivery') == [(0,)]


def test_demonstration_data_never_replaces_real_data(give: Send, tmp_path: Path, query: Query) -> None:
    """And is marked as long as it is there."""
    demo = give(write_raster(tmp_path / 'demo.tif', HEIGHTS), origin='demo')
    assert query('select demo_rows from catalog.release where number = %s', demo.release) == [(11,)]
    # demonstration data may lose every cell
    real = give(write_raster(tmp_path / 'real.tif', [[3.0, NODATA], [NODATA, NODATA]]))
    assert real.verdict == 'accepted'
    late = give(write_raster(tmp_path / 'demo2.tif', changed(r0c0=2)), origin='demo')
    assert (late.unchanged, late.release) == (True, real.release)


def spoilt(path: Path) -> Path:
    """The file without its last half."""
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def refused(tmp_path: Path) -> Iterator[tuple[Path, type[Exception], str]]:
    """Files that nothing can make fit, and what is said about each."""
    rows = np.tile(np.arange(400, dtype='float32'), (400, 1)) % 50
    big = write_raster(tmp_path / 'damaged.tif', rows.tolist())
    yield spoilt(big), UnreadableFile, 'damaged'
    (tmp_path / 'text.tif').write_text('no raster', encoding='utf-8')
    yield tmp_path / 'text.tif', UnreadableFile, 'cannot be read'
    (tmp_path / 'empty.tif').touch()
    yield tmp_path / 'empty.tif', EmptyFile, '0 bytes'
    (tmp_path / 'dem.asc').write_text('ncols 4', encoding='utf-8')
    yield tmp_path / 'dem.asc', UnknownFormat, 'GeoTIFF'
    yield write_raster(tmp_path / 'bands.tif', HEIGHTS, HEIGHTS), BandsDoNotFit, 'has 2 bands, "Heights" needs 1'
    yield write_raster(tmp_path / 'wide.tif', HEIGHTS, dtype='float64'), BandsDoNotFit, 'float64 does not go into'
    yield write_raster(tmp_path / 'none.tif', HEIGHTS, place=Affine.identity()), NotGeoreferenced, 'not georeferenced'
    skewed = Affine(100, 5, WEST, 5, -100, NORTH)
    yield write_raster(tmp_path / 'skewed.tif', HEIGHTS, place=skewed), NotNorthUp, 'gdalwarp'
    flipped = Affine(100, 0, WEST, 0, 100, NORTH)
    yield write_raster(tmp_path / 'flipped.tif', HEIGHTS, place=flipped), NotNorthUp, 'first row must be the north'
    nowhere = '+proj=tmerc +lat_0=0 +lon_0=105.7 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 +towgs84=1,2,3 +units=m'
    yield write_raster(tmp_path / 'odd.tif', HEIGHTS, crs=nowhere), UnusableCrs, 'EPSG code'


def test_what_cannot_be_a_delivery_is_refused_with_the_reason(give: Send, tmp_path: Path, query: Query) -> None:
    """Each says what is wrong and what to send; each is recorded as returned, and nothing was released."""
    files = list(refused(tmp_path))
    for file, kind, said in files:
        with pytest.raises(kind, match=said):
            give(file)
    assert query('select distinct status from catalog.delivery') == [('returned',)]
    assert query('select count(*) from catalog.delivery') == [(len(files),)]
    assert query('select count(*) from catalog.release') == [(0,)]


WORLD_FILE = '100\n0\n0\n-100\n570050\n2239950\n'
AUXILIARY = '<PAMDataset><GeoTransform>570000,100,0,2240000,0,-100</GeoTransform></PAMDataset>'


@pytest.mark.parametrize(
    ('name', 'beside', 'content'),
    [
        ('old.tif', 'old.tfw', WORLD_FILE),
        ('old.tiff', 'old.tfw', WORLD_FILE),
        ('OLD.TIFF', 'OLD.TFW', WORLD_FILE),
        ('old.tif', 'old.wld', WORLD_FILE),
        ('OLD.TIF', 'OLD.TIF.aux.xml', AUXILIARY),
        ('OLD.TIFF', 'OLD.TIFF.AUX.XML', AUXILIARY),
    ],
)
def test_what_tells_the_place_beside_the_raster_counts_and_is_archived(
    name: str, beside: str, content: str, give: Send, store: Path, tmp_path: Path
) -> None:
    """Old programs write the place into a .tfw, ArcGIS into an .aux.xml, in whatever case."""
    file = write_raster(tmp_path / name, HEIGHTS, crs=None, place=Affine.identity())
    (tmp_path / beside).write_text(content, encoding='ascii')
    report = give(file, crs='EPSG:9209')
    with rasterio.open(released(store, report)) as cog:
        assert cog.transform == from_origin(WEST, NORTH, CELL, CELL)
    assert len(list(store.glob('originals/*/*.tif*.zip'))) == 1


def test_a_mask_beside_the_raster_tells_its_empty_cells(give: Send, store: Path, tmp_path: Path) -> None:
    file = write_raster(tmp_path / 'a.tif', HEIGHTS, nodata=None)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK='NO'), rasterio.open(file, 'r+') as raster:
        mask = np.full(raster.shape, 255, 'uint8')
        mask[0, 0] = 0
        raster.write_mask(mask)
    assert (tmp_path / 'a.tif.msk').exists()
    with rasterio.open(released(store, give(file))) as cog:
        assert cog.dataset_mask()[0, 0] == 0


def test_cells_that_mean_something_else_than_they_hold_are_refused(give: Send, tmp_path: Path) -> None:
    file = write_raster(tmp_path / 'a.tif', HEIGHTS)
    with rasterio.open(file, 'r+') as raster:
        raster.scales = (0.1,)
    with pytest.raises(BandsDoNotFit, match='gdal_translate -unscale'):
        give(file)


def test_options_for_rows_are_refused(give: Send, tmp_path: Path) -> None:
    file = write_raster(tmp_path / 'a.tif', HEIGHTS)
    for option in ({'scope': 'unit=356'}, {'mode': 'upsert'}, {'encoding': 'utf-8'}):
        with pytest.raises(WholeOnly):
            give(file, **option)


def test_an_unknown_id_gets_the_nearest_coverage(give: Send, tmp_path: Path) -> None:
    with pytest.raises(UnknownLayer, match='"heights"'):
        give(write_raster(tmp_path / 'a.tif', HEIGHTS), 'heihgts')


def test_the_report_of_a_raster_as_a_page(give: Send, tmp_path: Path) -> None:
    html = page(give(write_raster(tmp_path / 'a.tif', changed(r1c2=99))), Text(vi='Độ cao', en='Heights'))
    for part in ('4 × 3', '100 × 100', '<code>height</code>', 'row 2, column 3'):
        assert part in html


# The child kills itself when it is told that a stage begins or ends: what a power cut or the kernel would do.
CHILD = """
import os, signal, sys
from pathlib import Path
from dothi.core.locality import load_locality
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions

def progress(stage, done, total):
    if (stage, done > 0) == (sys.argv[2], sys.argv[3] == 'end'):
        os.kill(os.getpid(), signal.SIGKILL)

deliver(Path(sys.argv[1]), DeliveryOptions(layer='heights'), load_locality(Path(sys.argv[4])), progress)
"""


@pytest.mark.parametrize(
    ('stage', 'moment'),
    # the others by day in tests/etl/test_crash_matrix.py
    [('release', 'end'), *(pytest.param(*each, marks=exhaustive) for each in [('stage', 'end'), ('finish', 'start')])],
)
def test_killed_at_any_point_the_old_raster_is_served_and_nothing_is_left(
    stage: str,
    moment: str,
    give: Send,
    somewhere: Locality,
    store: Path,
    tmp_path: Path,
    query: Query,
    database: dict[str, str],
) -> None:
    """At `release end` the new file is in the store already, and no row speaks of it."""
    first = give(write_raster(tmp_path / 'a.tif', HEIGHTS))
    file = write_raster(tmp_path / 'b.tif', changed(r0c0=1.5))
    done = run_program(CHILD, [str(file), stage, moment, str(somewhere.path)], {**os.environ, **database})
    assert done.returncode == -9, done.stderr
    assert query('select current_release from catalog.layer where id = %s', 'heights') == [(first.release,)]
    assert query('select release from catalog.raster') == [(first.release,)]

    again = give(file)
    assert again.verdict == 'accepted'
    assert present(again.diff).changed == 1
    names = {path.name for path in (store / 'coverages' / 'heights').iterdir()}
    assert names == {f'{first.release}.tif', f'{again.release}.tif'}
    assert query('select status from catalog.delivery order by id') == [('accepted',), ('failed',), ('accepted',)]


def test_bands_of_a_released_coverage_keep_their_meaning(give: Send, somewhere: Locality, tmp_path: Path) -> None:
    """Titles may change; another order of the bands would turn people into land use."""
    give(write_raster(tmp_path / 'a.tif', PEOPLE, USES, dtype='int16'), 'two')
    two = somewhere.coverages['two']

    def sync(coverage: Coverage) -> list[str]:
        with connection('owner') as db:
            return sync_coverages(db, load_with(somewhere, coverage))

    renamed = two.model_copy(update={'title': two.title.model_copy(update={'en': 'Another name'})})
    assert sync(renamed) == ['two: description changed']
    assert sync(renamed) == []
    with pytest.raises(UnsafeLayerChange, match='bands cannot change'):
        sync(two.model_copy(update={'bands': dict(reversed(two.bands.items()))}))
    core_database.fresh()


def load_with(locality: Locality, coverage: Coverage) -> Locality:
    """The locality with this coverage alone."""
    return Locality(locality.path, locality.place, locality.agencies, {}, {}, {coverage.id: coverage})


def test_a_raster_that_waits_is_released_once_a_person_agrees(
    give: Send, somewhere: Locality, tmp_path: Path, store: Path, query: Query
) -> None:
    give(write_raster(tmp_path / 'a.tif', HEIGHTS))
    held = give(write_raster(tmp_path / 'b.tif', changed(r0c0=NODATA, r0c1=NODATA)))
    assert held.held == ['loss']
    done = desk.accept(held.delivery or 0, desk.Decision(by='chief', reason='a lake'), somewhere)
    assert (done.verdict, done.file) == ('accepted', 'b.tif')
    assert released(store, done).exists()
    assert query('select status, release from catalog.delivery order by id')[-1] == ('accepted', done.release)


def test_an_earlier_raster_is_served_again_from_its_own_file(
    give: Send, somewhere: Locality, tmp_path: Path, store: Path, query: Query
) -> None:
    first = give(write_raster(tmp_path / 'a.tif', HEIGHTS), origin='demo')
    second = give(write_raster(tmp_path / 'b.tif', changed(r0c0=20)))
    back = rollback('heights', first.release or 0, 'typed wrong', 'chief', somewhere)
    assert back.diff.model_dump() == {'added': 0, 'changed': 1, 'closed': 0, 'unchanged': 10}
    paths = query('select release, store_path from catalog.raster order by release')
    assert paths[-1] == (back.release, f'coverages/heights/{first.release}.tif')
    assert query('select demo, demo_rows, rows_total, origin from catalog.release order by number')[-1] == (
        True,
        11,
        11,
        'rollback',
    )
    # the next delivery is compared with it, and removes none of the files that are still meant
    third = give(write_raster(tmp_path / 'c.tif', changed(r0c1=20)))
    assert third.diff
    assert third.diff.changed == 1
    assert all(released(store, report).exists() for report in (first, second, third))
    assert rollback('heights', third.release or 0, 'r', 'b', somewhere).unchanged


def test_a_raster_that_the_store_has_lost_is_not_served_again(
    give: Send, somewhere: Locality, tmp_path: Path, store: Path, query: Query
) -> None:
    first = give(write_raster(tmp_path / 'a.tif', HEIGHTS))
    second = give(write_raster(tmp_path / 'b.tif', changed(r0c0=20)))
    released(store, first).unlink()
    with pytest.raises(RasterMissing):
        rollback('heights', first.release or 0, 'r', 'b', somewhere)
    assert query('select current_release from catalog.layer where id = %s', 'heights') == [(second.release,)]
