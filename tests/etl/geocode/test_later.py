"""What becomes of places that a person chose when the release is taken back, or when the units change meanwhile."""

from dothi.core.catalog import current_releases
from dothi.core.database import connection
from dothi.core.locality import Locality
from etl.desk.decide import Decision, accept
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.desk.placed_rows import placed_rows
from etl.desk.rollback import rollback
from etl.report.model import Report
from tests.etl.conftest import Agency
from tests.etl.geocode.conftest import commune_rows
from tests.etl.geocode.test_rows import DOUBTFUL, SURE, places, send, table
from tests.present import present

LIST_OF_ONE = ('B', 'Trường B', 'primary', 'xóm 5')


def release_of_schools() -> int:
    with connection('loader') as db:
        return current_releases(db)['schools'].number


def choose(agency: Agency, locality: Locality, lon: float, lat: float) -> Report:
    """A list of one school whose address says nothing, and a person who says where it is."""
    number = present(send(table(agency, LIST_OF_ONE), locality).delivery)
    return accept(number, Decision(by='desk', reason='x', places={2: (lon, lat)}), locality)


def test_a_place_of_a_release_that_is_taken_back_is_asked_for_again(
    town: dict[str, str], locality: Locality, agency: Agency
) -> None:
    """It may be the reason for which the release was taken back."""
    before = release_of_schools()
    choose(agency, locality, 106.25, 20.4)
    rollback('schools', before, 'wrong place', 'desk', locality)
    assert 'B' not in places()
    assert send(table(agency, ('B', 'Trường B2', 'primary', 'xóm 5')), locality).held == ['places']


def test_a_place_holds_again_when_its_release_comes_back(
    town: dict[str, str], locality: Locality, agency: Agency
) -> None:
    before = release_of_schools()
    choose(agency, locality, 106.25, 20.4)
    chosen = release_of_schools()
    rollback('schools', before, 'by mistake', 'desk', locality)
    rollback('schools', chosen, 'it was right', 'desk', locality)
    assert send(table(agency, ('B', 'Trường B2', 'primary', 'xóm 5')), locality).verdict == 'accepted'


def test_what_was_chosen_before_and_after_a_release_that_is_taken_back_holds(
    town: dict[str, str], locality: Locality, agency: Agency
) -> None:
    """A is chosen, B is chosen and taken back, C is chosen; and then it is gone back to C, which B is no part of."""

    def choose_of(code: str) -> None:
        number = present(send(table(agency, (code, f'Trường {code}', 'primary', 'xóm 5')), locality).delivery)
        accept(number, Decision(by='desk', reason='x', places={2: (106.25, 20.4)}), locality)

    choose_of('A')
    with_a = release_of_schools()
    choose_of('B')
    rollback('schools', with_a, 'x', 'desk', locality)
    choose_of('C')
    with_c = release_of_schools()
    send(table(agency, ('D', 'Trường D', 'primary', SURE[3])), locality)
    rollback('schools', with_c, 'x', 'desk', locality)
    held = {
        code: send(table(agency, (code, f'{code}2', 'primary', 'xóm 5')), locality, dry_run=True).held for code in 'ABC'
    }
    assert held == {'A': [], 'B': ['places'], 'C': []}


def test_rows_are_accepted_after_the_communes_have_changed(
    town: dict[str, str], locality: Locality, agency: Agency
) -> None:
    """Lộc Vượng has another name by then; the place that was listed is taken as it was listed."""
    number = present(send(table(agency, SURE, DOUBTFUL), locality).delivery)
    listed = present(placed_rows(number)[0].places)
    in_hai_an = next(i for i, place in enumerate(listed, 1) if 'Hải An' in place.label)
    renamed = [
        ({**row, 'TEN_XA': row['TEN_XA'].replace('Lộc Vượng', 'Vị Hoàng')}, outline)
        for row, outline in commune_rows(agency)
    ]
    communes = agency.geojson('communes.geojson', renamed)
    assert deliver(communes, DeliveryOptions(layer='communes', accept_loss=True), locality).verdict == 'accepted'
    report = accept(number, Decision(by='desk', reason='x', places={3: in_hai_an}), locality)
    assert report.verdict == 'accepted', report.notes
    assert places()['B'] == (10_500, 550)
