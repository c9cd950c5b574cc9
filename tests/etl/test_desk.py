"""A delivery that waits is decided by a person, once, with a reason, and checked again when it is accepted."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from dothi.core.errors import exit_code
from dothi.core.locality import Locality
from dothi.core.text import for_steward, steward_advice
from etl.desk import archive, deliveries, records
from etl.desk import decide as desk
from etl.desk.archive import OriginalMissing
from etl.desk.decide import AlreadyDecided, BeingDecided, Decision
from etl.desk.deliveries import DecidedMeanwhile
from etl.desk.delivery import UnknownAgency
from etl.desk.records import NoSuchDelivery
from etl.formats.errors import EmptyFile
from etl.report.model import Report
from tests.conftest import PATIENCE_S
from tests.etl.conftest import Agency, Query, Send
from tests.matrix import number_of_examples
from tests.present import present

OPEN = 'select code, places from layer.schools order by code'
STATUS = 'select status from catalog.delivery order by id'
YES = Decision(by='chief of the desk', reason='asked the department')


def places(agency: Agency, name: str, **codes: int) -> Path:
    """A file of schools `code=places`, ten metres apart in the order of the alphabet."""
    rows = [(agency.school(c, SO_CHO=n), agency.point(10 * (ord(c) - ord('a')))) for c, n in codes.items()]
    return agency.geojson(name, rows)


def without_crs(agency: Agency, name: str = 'toa_do.csv', code: str = 'a') -> Path:
    """A table whose coordinates fit two zones alike: where no school is known, only a person knows."""
    return agency.text(name, f'MA_TRUONG,TEN_TRUONG,CAP_HOC,SO_CHO,X,Y\n{code},Trường,primary,400,570000,2250000\n')


@pytest.fixture
def held(agency: Agency, send: Send) -> int:
    """A delivery that waits because it would drop one school of two."""
    send(places(agency, '1.geojson', a=1, b=2), 'schools')
    report = send(places(agency, '2.geojson', a=10), 'schools')
    assert report.held == ['loss']
    return present(report.delivery)


def test_accepting_a_loss_releases_it_and_keeps_who_and_why(held: int, query: Query, locality: Locality) -> None:
    report = desk.accept(held, YES, locality)
    assert (report.verdict, present(report.diff).closed, report.delivery) == ('accepted', 1, held)
    assert query(OPEN) == [('a', 10)]
    assert query(STATUS) == [('accepted',), ('accepted',)]
    assert query('select delivery_id, decision, decided_by, reason, outcome from catalog.decision') == [
        (held, 'accept', 'chief of the desk', 'asked the department', 'accepted')
    ]
    assert query('select number, delivery_id from catalog.release order by number')[-1] == (report.release, held)
    assert query("select diagnosis ->> 'verdict', report ->> 'verdict' from catalog.delivery where id = %s", held) == [
        ('undecided', 'accepted')
    ]


def test_returning_releases_nothing_and_keeps_the_reason(held: int, query: Query) -> None:
    found = desk.return_(held, YES)
    assert (found.delivery.status, found.decisions[0].reason) == ('returned', 'asked the department')
    assert query(OPEN) == [('a', 1), ('b', 2)]
    assert present(found.report).held == ['loss']
    assert not any('dothi accept' in for_steward(note).en for note in present(found.report).notes)


@pytest.mark.parametrize('first', ['accept', 'return'])
def test_a_decision_is_made_once(held: int, first: str, locality: Locality, query: Query) -> None:
    if first == 'accept':
        desk.accept(held, YES, locality)
    else:
        desk.return_(held, YES)
    before = query('select * from catalog.delivery order by id')
    with pytest.raises(AlreadyDecided, match=str(held)) as again:
        desk.accept(held, YES, locality)
    assert exit_code(again.value) == 2
    with pytest.raises(AlreadyDecided):
        desk.return_(held, YES)
    assert query('select * from catalog.delivery order by id') == before
    assert query('select count(*) from catalog.decision') == [(1,)]


def test_an_unknown_delivery_is_said_to_be_unknown(database: dict[str, str], locality: Locality) -> None:
    for decide in (lambda: desk.accept(999, YES, locality), lambda: desk.return_(999, YES)):
        with pytest.raises(NoSuchDelivery, match='999'):
            decide()


def test_a_coordinate_system_that_a_person_names_is_added_to_what_the_file_says(
    agency: Agency, send: Send, query: Query, locality: Locality
) -> None:
    report = send(without_crs(agency), 'schools')
    assert (report.verdict, report.held) == ('undecided', ['crs'])
    assert '--crs' in present(steward_advice(report.notes[-1])).en
    done = desk.accept(present(report.delivery), Decision(by='x', reason='y', crs='EPSG:9209'), locality)
    assert done.verdict == 'accepted'
    assert query('select st_x(geom), st_y(geom) from layer.schools') == [(570_000, 2_250_000)]
    assert query('select options from catalog.decision') == [({'crs': 'EPSG:9209'},)]


def test_naming_the_system_agrees_to_no_loss_that_nobody_has_seen(
    agency: Agency, send: Send, query: Query, locality: Locality
) -> None:
    """Held for its system, it turns out to drop three of three schools: it waits once more, now for that."""
    send(places(agency, '1.geojson', a=1, b=2, c=3), 'schools')
    number = send(without_crs(agency, code='d'), 'schools').delivery
    again = desk.accept(present(number), Decision(by='x', reason='y', crs='EPSG:9209'), locality)
    assert (again.verdict, again.held) == ('undecided', ['loss'])
    assert query(STATUS)[-1] == ('diagnosed',)
    assert len(query(OPEN)) == 3
    # the system that was named is not asked for again
    assert desk.accept(present(number), YES, locality).verdict == 'accepted'
    assert query('select code from layer.schools') == [('d',)]
    assert query('select outcome from catalog.decision order by id') == [('diagnosed',), ('accepted',)]


def test_a_wrong_system_does_not_lose_the_delivery(
    agency: Agency, send: Send, query: Query, locality: Locality
) -> None:
    """Read in Web Mercator, every row lies outside the province: that decision fails, and the delivery waits."""
    number = send(without_crs(agency), 'schools').delivery
    wrong = desk.accept(present(number), Decision(by='x', reason='y', crs='EPSG:3857'), locality)
    assert (wrong.verdict, wrong.exit_code) == ('returned', 3)
    assert str(number) in wrong.notes[-1].en
    assert query(STATUS) == [('diagnosed',)]
    assert query('select outcome from catalog.decision') == [('returned',)]
    assert desk.accept(present(number), Decision(by='x', reason='y', crs='EPSG:9209'), locality).verdict == 'accepted'
    assert query('select count(*) from quarantine.row') == [(0,)]


def test_accepting_a_loss_agrees_to_no_larger_one(
    held: int, agency: Agency, send: Send, query: Query, locality: Locality
) -> None:
    """Half the schools were to go when it was seen. Meanwhile c came, and now it would be two of three."""
    send(places(agency, '3.geojson', c=3), 'schools', mode='upsert', agency='construction')
    again = desk.accept(held, YES, locality)
    assert 'loss' in again.held
    assert query(OPEN) == [('a', 1), ('b', 2), ('c', 3)]
    report = desk.accept(held, YES, locality)
    assert (report.verdict, present(report.diff).changed, present(report.diff).closed) == ('accepted', 1, 2)
    assert query(OPEN) == [('a', 10)]


def test_accepting_a_movement_agrees_to_no_loss(agency: Agency, send: Send, query: Query, locality: Locality) -> None:
    """A part that moved was seen; taken for the whole layer it would drop seven schools of ten."""
    send(moved(agency, '1.geojson', 0), 'schools')
    report = send(moved(agency, '2.geojson', 500, count=3, rows=3), 'schools', mode='upsert')
    assert report.held == ['moved']
    again = desk.accept(present(report.delivery), Decision(by='x', reason='y', mode='replace'), locality)
    assert again.held == ['loss', 'moved']
    assert query('select count(*), min(st_x(geom)) from layer.schools') == [(10, 570_000)]


def test_accepting_for_another_day_agrees_to_nothing(held: int, query: Query, locality: Locality) -> None:
    """Another day, system, scope, mode or column makes another file of it, even where the loss is the same."""
    again = desk.accept(held, Decision(by='x', reason='y', as_of=date(2024, 1, 1)), locality)
    assert again.held == ['loss']
    assert query(OPEN) == [('a', 1), ('b', 2)]
    assert desk.accept(held, YES, locality).verdict == 'accepted'


def test_accepting_what_is_served_already_makes_no_release(
    held: int, agency: Agency, send: Send, query: Query, locality: Locality
) -> None:
    send(places(agency, '3.geojson', a=10), 'schools', accept_loss=True, agency='construction')
    report = desk.accept(held, YES, locality)
    assert report.unchanged
    assert query(STATUS)[1] == ('unchanged',)


def test_a_newer_delivery_takes_the_place_of_one_that_waits(
    held: int, agency: Agency, send: Send, query: Query, locality: Locality
) -> None:
    newer = send(places(agency, '3.geojson', a=3, b=4), 'schools')
    assert query('select status, superseded_by from catalog.delivery where id = %s', held) == [
        ('superseded', newer.delivery)
    ]
    with pytest.raises(AlreadyDecided, match=f'superseded {newer.delivery}'):
        desk.accept(held, YES, locality)


@pytest.mark.parametrize(
    'other', [{'mode': 'upsert'}, {'agency': 'construction'}, {'origin': 'demo'}], ids=['part', 'agency', 'demo']
)
def test_a_delivery_that_does_not_say_the_same_leaves_it_waiting(
    held: int, agency: Agency, send: Send, query: Query, other: dict[str, str]
) -> None:
    send(places(agency, '3.geojson', a=3, b=4), 'schools', **other)
    assert query('select status from catalog.delivery where id = %s', held) == [('diagnosed',)]


def test_a_newer_file_that_is_refused_leaves_the_older_one_waiting(
    held: int, agency: Agency, send: Send, query: Query
) -> None:
    with pytest.raises(EmptyFile):
        send(agency.geojson('3.geojson', []), 'schools')
    assert query(STATUS) == [('accepted',), ('diagnosed',), ('returned',)]


def test_a_refused_file_is_archived_and_recorded_with_its_message(
    agency: Agency, send: Send, query: Query, database: dict[str, str]
) -> None:
    with pytest.raises(EmptyFile) as refused:
        send(agency.text('trống.csv', ''), 'schools')
    found = records.shown(1)
    assert (found.delivery.status, present(found.report).verdict, present(found.report).error) == (
        'returned',
        'returned',
        'EmptyFile',
    )
    assert present(found.report).notes == [refused.value.text]
    assert present(found.report).file == 'trống.csv'


def test_who_sent_it_is_a_role_and_by_default_the_agencys_focal_point(
    agency: Agency, send: Send, locality: Locality
) -> None:
    send(agency.schools('a'), 'schools')
    send(agency.schools('a', 'b', name='2.geojson'), 'schools', sender='văn thư')
    default = locality.agencies[locality.layer('schools').agency].focal_point.vi
    assert [one.sender for one in records.records()] == ['văn thư', default]


def test_the_list_begins_with_what_waits_longest(agency: Agency, send: Send) -> None:
    send(agency.schools('a'), 'schools')
    send(without_crs(agency, code='c'), 'schools', mode='upsert')
    send(without_crs(agency, 'b.csv', 'b'), 'schools', mode='upsert')
    send(agency.schools('z', name='3.geojson'), 'schools', mode='upsert')
    assert [(one.id, one.status) for one in records.records('schools')] == [
        (2, 'diagnosed'),
        (3, 'diagnosed'),
        (4, 'accepted'),
        (1, 'accepted'),
    ]
    assert [one.id for one in desk.waiting()] == [2, 3]
    assert [one.id for one in records.records(status='accepted', limit=1)] == [4]
    assert records.records(agency='construction') == []


def test_an_original_that_the_store_has_lost_or_changed_is_not_accepted(
    held: int, locality: Locality, query: Query, database: dict[str, str], tmp_path: Path
) -> None:
    ((path,),) = query('select store_path from catalog.delivery where id = %s', held)
    kept = tmp_path / 'store' / path
    whole = kept.read_bytes()
    kept.write_bytes(whole.replace(b'10', b'99'))
    with pytest.raises(OriginalMissing):
        desk.accept(held, YES, locality)
    kept.unlink()
    with pytest.raises(OriginalMissing):
        desk.accept(held, YES, locality)
    assert query(STATUS)[-1] == ('diagnosed',)
    kept.write_bytes(whole)
    assert desk.accept(held, YES, locality).verdict == 'accepted'


def test_a_shapefile_is_accepted_with_all_its_parts(
    agency: Agency, send: Send, locality: Locality, query: Query
) -> None:
    """They were archived together, and the .prj among them says what the file is in."""
    send(places(agency, '1.geojson', a=1, b=2), 'schools')
    file = agency.write('trường học.shp', [(agency.school('a', SO_CHO=5), agency.point())])
    report = desk.accept(present(send(file, 'schools').delivery), YES, locality)
    assert (report.verdict, report.file) == ('accepted', 'trường học.shp')
    assert query(OPEN) == [('a', 5)]


def test_the_same_content_under_another_name_is_accepted(
    agency: Agency, send: Send, locality: Locality, query: Query
) -> None:
    """The archive keeps it once, under the name that it first came with."""
    send(places(agency, '1.geojson', a=1, b=2), 'schools')
    file = agency.write('truong.shp', [(agency.school('a', SO_CHO=5), agency.point())])
    desk.return_(present(send(file, 'schools').delivery), YES)
    for part in list(file.parent.glob('truong.*')):
        part.rename(part.with_name('trường mới' + part.suffix))
    report = desk.accept(present(send(file.with_name('trường mới.shp'), 'schools').delivery), YES, locality)
    assert (report.verdict, report.file) == ('accepted', 'trường mới.shp')
    assert query(OPEN) == [('a', 5)]


def test_a_raster_under_another_name_is_restored_with_what_stands_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X.TIF with X.TIF.aux.xml, sent again as y.tif."""
    monkeypatch.setenv('DOTHI_STATE', str(tmp_path / 'state'))
    sent = tmp_path / 'X.TIF'
    sent.write_bytes(b'cells')
    (tmp_path / 'X.TIF.aux.xml').write_bytes(b'<PAMDataset/>')
    first = archive.original(sent)
    archive.keep(first, 1)
    with archive.restored(first.store_name, 'y.tif', first.sha256) as file:
        assert sorted(path.name for path in file.parent.glob('y*')) == ['y.tif', 'y.tif.aux.xml']


def test_a_delivery_that_ended_meanwhile_is_not_called_failed(agency: Agency, send: Send, query: Query) -> None:
    """A fault after the commit, such as an interrupt, takes nothing back that was released."""
    number = send(agency.schools('a'), 'schools').delivery
    with deliveries.loader_session() as db:
        deliveries._fail(db, present(number), KeyboardInterrupt())
    assert query(STATUS) == [('accepted',)]


def test_two_who_accept_at_once_make_one_release(held: int, locality: Locality, query: Query) -> None:
    """The second finds the delivery taken or decided, whichever the clock says."""
    ends, begun, go_on = list[Report](), threading.Event(), threading.Event()

    def progress(stage: str, done: int, total: int | None) -> None:
        if stage == 'lock':
            begun.set()
            go_on.wait(PATIENCE_S)

    first = threading.Thread(target=lambda: ends.append(desk.accept(held, YES, locality, progress)))
    first.start()
    assert begun.wait(PATIENCE_S)
    with pytest.raises(desk.BeingDecided):
        desk.return_(held, YES)
    go_on.set()
    first.join()
    assert [report.verdict for report in ends] == ['accepted']
    assert query('select count(*) from catalog.decision') == [(1,)]


@pytest.mark.parametrize('turn', range(number_of_examples(2, 20)))
def test_of_many_who_decide_at_once_one_does(
    turn: int, agency: Agency, send: Send, query: Query, locality: Locality
) -> None:
    """Two accept, two return, and a newer file comes: there is one outcome, and everybody else is told of it."""
    send(places(agency, '1.geojson', a=1, b=2, c=3, d=4), 'schools')
    number = present(send(places(agency, '2.geojson', a=9), 'schools').delivery)
    newer = places(agency, '3.geojson', a=5 + turn, b=2)
    together = threading.Barrier(5)

    def at_once(step: Callable[[], object]) -> Callable[[], str]:
        def run() -> str:
            together.wait(PATIENCE_S)
            try:
                step()
            except (AlreadyDecided, BeingDecided, DecidedMeanwhile) as error:
                return type(error).__name__
            return 'done'

        return run

    deciding = [lambda: desk.accept(number, YES, locality), lambda: desk.return_(number, YES)] * 2
    with ThreadPoolExecutor(5) as pool:
        ends = [pool.submit(at_once(step)) for step in (*deciding, lambda: send(newer, 'schools'))]
        *decided, sent = [end.result(PATIENCE_S) for end in ends]
    assert sent == 'done'
    whole = records.shown(number)
    made = [one.decision for one in whole.decisions]
    assert decided.count('done') == len(made) == (whole.delivery.status != 'superseded')
    releases = query('select count(*) from catalog.release where delivery_id = %s', number)
    assert releases == [(whole.delivery.status == 'accepted',)]
    assert made == {'accepted': ['accept'], 'returned': ['return'], 'superseded': []}[whole.delivery.status]


def test_one_that_is_superseded_while_it_is_accepted_is_not_released(
    held: int, agency: Agency, send: Send, locality: Locality, query: Query
) -> None:
    """The newer delivery is released between the older one's reading and its turn: the newer one stays."""
    newer: list[Report] = []

    def progress(stage: str, done: int, total: int | None) -> None:
        if stage == 'lock' and not newer:
            newer.append(send(places(agency, '3.geojson', a=3, b=4), 'schools'))

    with pytest.raises(deliveries.DecidedMeanwhile) as lost:
        desk.accept(held, YES, locality, progress)
    assert exit_code(lost.value) == 4
    assert query(OPEN) == [('a', 3), ('b', 4)]
    assert query('select current_release from catalog.layer where id = %s', 'schools') == [(newer[0].release,)]
    assert query('select count(*) from catalog.decision') == [(0,)]


def moved(agency: Agency, name: str, metres: float, count: int = 10, rows: int = 10) -> Path:
    """Ten schools, `count` of them that many metres east of where they were."""
    return agency.geojson(
        name, [(agency.school(f'{i:02}'), agency.point(100 * i + (metres if i < count else 0))) for i in range(rows)]
    )


@pytest.mark.parametrize(
    ('metres', 'count', 'held'), [(224.3, 10, ['moved']), (224.3, 2, []), (224.3, 3, ['moved']), (9, 10, [])]
)
def test_a_shift_of_more_than_a_fifth_of_the_rows_waits(
    agency: Agency, send: Send, metres: float, count: int, held: list[str]
) -> None:
    """The layer lets a fifth of its rows move by more than 10 m; a lost datum shift moves all by 224 m."""
    send(moved(agency, '1.geojson', 0), 'schools')
    report = send(moved(agency, '2.geojson', metres, count), 'schools')
    assert report.held == held
    if held:
        assert f'{count} ' in report.notes[0].en
        assert '10 m' in report.notes[0].en


def test_a_shift_that_a_person_agrees_to_is_released(
    agency: Agency, send: Send, locality: Locality, query: Query
) -> None:
    send(moved(agency, '1.geojson', 0), 'schools')
    number = send(moved(agency, '2.geojson', 224), 'schools').delivery
    assert present(desk.accept(present(number), YES, locality).diff).changed == 10
    assert query('select min(st_x(geom)) from layer.schools') == [(570_224,)]


def test_demonstration_data_has_no_place_to_move_from(agency: Agency, send: Send) -> None:
    send(moved(agency, '1.geojson', 0), 'schools', origin='demo')
    assert send(moved(agency, '2.geojson', 5_000), 'schools').held == []


def test_a_person_can_say_that_a_file_is_only_a_part(held: int, locality: Locality, query: Query) -> None:
    report = desk.accept(held, Decision(by='x', reason='only the north', mode='upsert'), locality)
    assert (present(report.diff).changed, present(report.diff).closed) == (1, 0)
    assert query(OPEN) == [('a', 10), ('b', 2)]
    assert query('select mode from catalog.release order by number desc limit 1') == [('upsert',)]


def test_readers_and_editors_see_nothing_of_the_desk(held: int, database: dict[str, str]) -> None:
    import psycopg2

    from dothi.core.database import connection

    for role in ('reader_public', 'reader_internal', 'editor', 'worker'):
        for table in ('catalog.delivery', 'catalog.decision', 'quarantine.row'):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection(role) as db, db.cursor() as cursor:
                cursor.execute(f'select * from {table}')


def test_the_same_file_after_its_acceptance_is_told_to_be_known(
    held: int, agency: Agency, send: Send, locality: Locality, query: Query
) -> None:
    report = desk.accept(held, YES, locality)
    again = send(places(agency, '2.geojson', a=10), 'schools')
    assert (again.unchanged, again.release) == (True, report.release)


def test_options_that_were_recorded_are_those_that_were_given(agency: Agency, send: Send, query: Query) -> None:
    send(agency.schools('a'), 'schools', mode='upsert', note='quý 2')
    ((options,),) = query('select options from catalog.delivery')
    assert options == {'layer': 'schools', 'mode': 'upsert', 'note': 'quý 2'}
    assert json.dumps(options)


def test_an_agency_that_is_not_known_is_refused_before_anything_is_kept(
    agency: Agency, send: Send, query: Query
) -> None:
    with pytest.raises(UnknownAgency):
        send(agency.schools('a'), 'schools', agency='nobody')
    assert query('select count(*) from catalog.delivery') == [(0,)]
