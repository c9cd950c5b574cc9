"""The record of a delivery that Ctrl-C ended says so to people, whatever a library made of it."""

import pytest

from dothi.core import interruption
from etl.desk import deliveries, records
from tests.etl.conftest import Agency, Query, Send
from tests.present import present


@pytest.mark.parametrize(
    'came_out', [KeyboardInterrupt(), SystemError('with an exception set'), AttributeError('pandas')]
)
def test_a_delivery_that_was_ended_by_hand_says_so_in_both_languages(
    agency: Agency,
    send: Send,
    query: Query,
    monkeypatch: pytest.MonkeyPatch,
    came_out: AttributeError | KeyboardInterrupt | SystemError,
) -> None:
    number = send(agency.schools('a'), 'schools').delivery
    query("update catalog.delivery set status = 'received', report = null returning id")
    monkeypatch.setattr(interruption._Switch, 'is_pressed', True)
    with deliveries.loader_session() as db:
        deliveries._fail(db, present(number), came_out)
    failure = present(records.shown(present(number)).failure)
    assert 'dừng' in failure.vi
    assert 'Deliver the file again' in present(failure).en
