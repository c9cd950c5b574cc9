"""What is known of deliveries by agency, and how good the served ones were."""

from datetime import UTC, datetime

from dothi.core.database import connection
from dothi.core.freshness import last_deliveries
from dothi.core.locality import Locality
from dothi.local.status import instance_status
from tests.etl.conftest import Agency, Query, Send
from tests.present import present


def test_a_delivery_that_brings_nothing_new_puts_the_next_one_off(agency: Agency, send: Send, query: Query) -> None:
    file = agency.schools('a')
    send(file, 'schools', agency='education')
    query("update catalog.delivery set received_at = '2020-01-01' returning 1")
    send(file, 'schools', agency='education')
    with connection('loader') as db:
        assert last_deliveries(db)['schools']['education'].date() == datetime.now(UTC).date()


def test_a_returned_delivery_is_none(agency: Agency, send: Send) -> None:
    send(agency.schools('a'), 'schools', agency='education')
    send(agency.schools(*'xyz', CAP_HOC='?', name='2.geojson'), 'schools', agency='district_366')
    with connection('loader') as db:
        assert set(last_deliveries(db)['schools']) == {'education'}


def test_the_public_service_does_not_learn_who_delivers_internal_layers(
    agency: Agency, send: Send, query: Query, locality: Locality
) -> None:
    send(agency.schools('a'), 'schools')
    with connection('owner') as db, db.cursor() as cursor:
        cursor.execute("update catalog.layer set access = 'internal' where id = 'schools'")
    with connection('reader_internal') as db:
        assert set(last_deliveries(db)) == {'schools'}
    with connection('reader_public') as db:
        assert last_deliveries(db) == {}


def test_status_tells_who_is_late_and_how_good_the_last_delivery_was(
    agency: Agency, send: Send, locality: Locality
) -> None:
    rows = [(agency.school(f's{i}'), agency.point(10 * i)) for i in range(60)]
    send(agency.geojson('1.geojson', [*rows, (agency.school('x', CAP_HOC='?'), agency.point())]), 'schools')
    by_id = {layer.id: layer for layer in instance_status(locality).layers}
    schools = by_id['schools']
    assert [one.state for one in schools.freshness] == ['current']
    figures = present(schools.release).quality
    assert (present(figures)['read'], present(figures)['good'], present(figures)['bad']) == (61, 60, 1)
    assert sum(present(figures)['byElement'].values()) == 1
    assert [one.state for one in by_id['roads'].freshness] == ['never']
