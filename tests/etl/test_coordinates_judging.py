"""How candidates fit what is known: errors in metres are told from noise, change and bad rows. No database is asked."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import shapely

from dothi.core.arrays import Floats, Geometries
from dothi.core.crs import UnknownCrs, parse_crs, proj_string
from dothi.core.locality import Locality
from dothi.core.text import Text, steward_advice
from etl.doctor.coordinates import Reading, Reference, Sample, decide, units_alone
from etl.doctor.coordinates.reading import mistakes, parse_reading
from etl.doctor.coordinates.scoring import Placed, Weight, by_named_units, by_neighbours, by_release
from etl.doctor.coordinates.verdict import Decision
from etl.moving import move
from tests.present import present

WHAT = Text(vi='lớp (bản phát hành 1)', en='layer (release 1)')
RANDOM = np.random.default_rng(9209)


@dataclass(frozen=True)
class File:
    """A file as far as it speaks of its coordinates."""

    declared_crs: str | None = None
    implied_crs: str | None = None
    axes_known: bool = True
    name: str = 'tệp'


def town(rows: int = 200) -> Floats:
    """Places in EPSG:9209, all over a square of 30 km inside the province."""
    return RANDOM.uniform((555_000, 2_225_000), (585_000, 2_255_000), (rows, 2))


def written(places: Floats, label: str) -> Geometries:
    """The places as a file has them that is in the system `label`."""
    reading = parse_reading(label)
    points = move(np.array(shapely.points(places)), proj_string(9209), reading.crs.definition)
    return shapely.transform(points, lambda xy: xy[:, ::-1]) if reading.swapped else points


def released(places: Floats, real: bool = True) -> Reference:
    """The previous release of the same features, in the order of the file."""
    rows = np.arange(len(places))
    return Reference(lambda placed: by_release(rows, places, np.array([]), WHAT, placed), real)


def judged(
    points: Geometries, locality: Locality, *references: Reference, given: str | None = None, **file: Any
) -> Decision:
    """The decision on a file of the layer `schools`."""
    sample = Sample.of(np.asarray(points))
    known = [*units_alone([], locality), *references]
    return decide(File(**file), given, locality.layer('schools'), locality, sample, known)


SYSTEMS = [f'EPSG:{srid}' for srid in (9209, 5897, 9210, 3405, 32648, 4756, 4326, 3857)]


@pytest.mark.parametrize('label', [*SYSTEMS, 'EPSG:9209,yx', 'EPSG:9209,wgs84', 'EPSG:9209,k=0.9996'])
def test_each_system_is_recognised_by_the_previous_release(label: str, locality: Locality) -> None:
    """Undeclared; each row is within 5 m of where it was."""
    places = town()
    decision = judged(written(places + RANDOM.normal(0, 5, places.shape), label), locality, released(places))
    assert decision.report.decided == label
    assert decision.report.rivals == []
    assert decision.report.candidates[0].score == 1


@pytest.mark.parametrize(
    ('declared', 'truly', 'off_m'),
    [
        ('EPSG:32648', 'EPSG:3405', 224),
        ('EPSG:4326', 'EPSG:4756', 224),
        ('EPSG:5897', 'EPSG:9209', 52_200),
        ('EPSG:9210', 'EPSG:9209', 26_100),
        ('EPSG:5897', 'EPSG:3405', 675),
        ('EPSG:3405', 'EPSG:5897', 675),
        ('EPSG:9209', 'EPSG:9209,yx', 2_360_000),
    ],
)
def test_a_declaration_that_the_release_contradicts_is_overruled_loudly(
    declared: str, truly: str, off_m: int, locality: Locality
) -> None:
    places = town()
    decision = judged(written(places, truly), locality, released(places), declared_crs=declared)
    assert (decision.report.declared, decision.report.decided) == (declared, truly)
    assert decision.report.overruled
    assert 'ATTENTION' in decision.notes[-1].en
    declared_as = next(each for each in decision.report.candidates if each.crs == declared)
    assert declared_as.distance_m == pytest.approx(off_m, rel=0.02)


def test_demonstration_data_overrules_nothing(locality: Locality) -> None:
    places = town()
    decision = judged(written(places, 'EPSG:5897'), locality, released(places, real=False), declared_crs='EPSG:3405')
    assert (decision.report.decided, decision.report.overruled) == ('EPSG:3405', False)
    assert 'release 1' in decision.report.candidates[0].evidence.en


@pytest.mark.parametrize('truly', ['EPSG:9209,wgs84', 'EPSG:9209,k=0.9996'])
def test_a_declared_zone_with_a_mistake_in_it_is_held(truly: str, locality: Locality) -> None:
    """As likely the release before is the wrong one: a person says which."""
    places = town()
    decision = judged(written(places, truly), locality, released(places), declared_crs='EPSG:9209')
    assert decision.reading is None
    assert f'--crs {truly}' in present(steward_advice(decision.notes[-1])).en


def test_vn2000_never_gives_way_to_wgs_84(locality: Locality) -> None:
    """What lies 224 m off the release may correct an error that the release has."""
    places = town()
    decision = judged(written(places, 'EPSG:32648'), locality, released(places), declared_crs='EPSG:3405')
    assert decision.reading is None
    assert 'EPSG:32648' in decision.notes[-1].en


def test_what_no_system_explains_is_not_a_matter_of_systems(locality: Locality) -> None:
    """All rows 300 m east: the layer's threshold for moved rows asks a person, not the doctor of coordinates."""
    places = town()
    decision = judged(
        written(np.add(places, [300, 0]), 'EPSG:9209'), locality, released(places), declared_crs='EPSG:9209'
    )
    assert decision.report.decided == 'EPSG:9209'


def test_utm_on_wgs_84_is_held_where_nothing_tells_it_from_vn2000(locality: Locality) -> None:
    decision = judged(written(town(), 'EPSG:3405'), locality, declared_crs='EPSG:32648')
    assert decision.reading is None
    assert '224 m' in decision.notes[-1].en
    assert '--crs EPSG:3405 or --crs EPSG:32648' in present(steward_advice(decision.notes[-1])).en


def test_utm_on_wgs_84_that_the_release_confirms_is_applied(locality: Locality) -> None:
    places = town()
    decision = judged(written(places, 'EPSG:32648'), locality, released(places), declared_crs='EPSG:32648')
    assert (decision.report.decided, decision.report.rivals) == ('EPSG:32648', [])


def test_a_declaration_that_nothing_contradicts_is_applied_with_its_rivals(locality: Locality) -> None:
    """No reference: 224 m cannot be seen, and the report says so."""
    decision = judged(written(town(), 'EPSG:9209'), locality, declared_crs='EPSG:9209')
    assert decision.report.decided == 'EPSG:9209'
    off = {rival.crs: rival.distance_m for rival in decision.report.rivals}
    assert off['EPSG:9209,wgs84'] == pytest.approx(224.3, abs=0.2)
    assert off['EPSG:9209,k=0.9996'] == pytest.approx(672, abs=3)
    assert list(off.values()) == sorted(off.values())


def test_what_a_person_gives_wins_and_is_warned_about(locality: Locality) -> None:
    places = town()
    decision = judged(written(places, 'EPSG:3405'), locality, released(places), given='EPSG:32648')
    # the file itself said nothing: the report must not say that it did
    assert decision.report.origin.en == 'named: EPSG:32648'
    assert decision.report.decided == 'EPSG:32648'
    assert 'a better fit: EPSG:3405' in decision.notes[-1].en


def test_a_twentieth_of_moved_rows_and_noise_hide_no_datum(locality: Locality) -> None:
    """Digitised anew with 60 m of noise, and ten rows of 200 moved by kilometres: 224 m still shows."""
    places = town()
    now = places + RANDOM.normal(0, 60, places.shape)
    now[::20] += RANDOM.uniform(-5_000, 5_000, (10, 2))
    decision = judged(written(now, 'EPSG:3405'), locality, released(places), declared_crs='EPSG:32648')
    assert decision.report.decided == 'EPSG:3405'


def test_noise_larger_than_the_error_decides_nothing(locality: Locality) -> None:
    """Ten rows drawn anew with 500 m of noise: nobody can tell 224 m, and nobody pretends to."""
    places = town(10)
    now = places + np.array([(500, 0), (-500, 0), (0, 500), (0, -500), (400, 300)] * 2)
    decision = judged(written(now, 'EPSG:3405'), locality, released(places), declared_crs='EPSG:32648')
    assert decision.reading is None


def test_one_row_that_coincides_is_enough_and_one_that_moved_is_not(locality: Locality) -> None:
    places = town(1)
    same = judged(written(places + 0.5, 'EPSG:3405'), locality, released(places), declared_crs='EPSG:32648')
    assert same.report.decided == 'EPSG:3405'
    moved = judged(written(places + 100, 'EPSG:9209'), locality, released(places), declared_crs='EPSG:9209')
    assert (moved.report.decided, moved.report.overruled) == ('EPSG:9209', False)


def squares(places: Floats, side_m: int = 3_000) -> Geometries:
    """The square of a grid in which each place lies."""
    corners = np.floor(places / side_m) * side_m
    return shapely.box(*corners.T, *(corners + side_m).T)


def named(places: Floats) -> Reference:
    """Units that the rows' codes name."""
    rows, areas = np.arange(len(places)), squares(places)
    return Reference(lambda placed: by_named_units(rows, areas, WHAT, placed))


def test_codes_of_units_tell_zones_apart_despite_bad_rows(locality: Locality) -> None:
    """227 rows of which two name a wrong unit; 26 km off, none lies in its own."""
    places = town(227)
    now = places.copy()
    now[:2] += 9_000
    decision = judged(written(now, 'EPSG:9209,yx'), locality, named(places), axes_known=False)
    assert decision.report.decided == 'EPSG:9209,yx'
    assert '225 of 227 rows' in decision.notes[0].en
    assert 'EPSG:9210,yx' not in {rival.crs for rival in decision.report.rivals}


def test_boundaries_simplified_by_100_m_speak_against_no_row(locality: Locality) -> None:
    """Rows on the very border of their unit, 100 m outside of the simplified one."""
    corners = np.floor(town() / 3_000) * 3_000
    places = np.add(corners, [1_500, 3_100])
    areas = shapely.box(*corners.T, *(corners + 3_000).T)
    rows = np.arange(len(places))
    reference = Reference(lambda placed: by_named_units(rows, areas, WHAT, placed))
    decision = judged(written(places, 'EPSG:9209'), locality, reference, declared_crs='EPSG:9209')
    assert decision.report.decided == 'EPSG:9209'
    assert decision.report.candidates[0].score == 1


def test_a_zone_that_the_codes_contradict_is_overruled(locality: Locality) -> None:
    places = town()
    decision = judged(written(places, 'EPSG:9209'), locality, named(places), declared_crs='EPSG:9210')
    assert (decision.report.decided, decision.report.overruled) == ('EPSG:9209', True)


def test_a_zone_that_nobody_here_uses_is_held_where_nothing_tells(locality: Locality) -> None:
    """9210 and 9209 both fall into the extent, 26 km apart; the layer comes in 9209, and 9210 is no system of here."""
    decision = judged(written(town(), 'EPSG:9209'), locality, declared_crs='EPSG:9210')
    assert decision.reading is None
    assert '--crs EPSG:9209' in present(steward_advice(decision.notes[-1])).en
    assert '26' in decision.notes[-1].en


def test_codes_that_fit_nowhere_hold_the_file(locality: Locality) -> None:
    places = town()
    shuffled = np.add(places[::-1], [7_000, 0])
    decision = judged(written(shuffled, 'EPSG:9209'), locality, named(places), declared_crs='EPSG:9209')
    assert decision.reading is None


def test_without_keys_the_nearest_features_show_224_m_even_where_they_stand_close(locality: Locality) -> None:
    """A redelivery of points 150 m apart: 224 m off, each has another neighbour, but none at no distance."""
    places = np.array([(560_000 + 150 * x, 2_240_000 + 150 * y) for x in range(15) for y in range(15)], dtype=float)
    known = shapely.STRtree(np.array(shapely.points(places)))

    def weigh(placed: list[Placed]) -> list[Weight]:
        near = [known.query_nearest(each.centres, all_matches=False, return_distance=True)[1] for each in placed]
        return by_neighbours(near, WHAT, placed)

    decision = judged(written(places, 'EPSG:3405'), locality, Reference(weigh), declared_crs='EPSG:32648')
    assert decision.report.decided == 'EPSG:3405'


@pytest.mark.filterwarnings('error::RuntimeWarning')
def test_rows_that_all_lie_at_one_place_have_no_distance_between_them() -> None:
    """As households of one house do: the place of a feature there shows nothing of how dense the layer is."""
    points = written(np.repeat([[560_000.0, 2_240_000.0]], 60, axis=0), 'EPSG:9209')
    placed = [Placed(parse_reading('EPSG:9209'), Sample(points, points, points), 9209)]
    near, on_it = (by_neighbours([np.full(60, metres)], WHAT, placed) for metres in (3.0, 0.0))
    assert [weight.standing for weight in (*near, *on_it)] == ['open', 'fits']


def test_a_way_to_read_is_written_as_it_is_shown() -> None:
    """What the report offers is what --crs takes."""
    for reading in [*mistakes(9209), Reading(parse_crs('EPSG:9209'), True), *mistakes(4756)]:
        assert parse_reading(reading.label) == reading
        assert parse_reading(reading.turned().label) == reading.turned()


@pytest.mark.parametrize('text', ['EPSG:3405,wgs84', 'EPSG:4326,wgs84', 'EPSG:9209,k=1.5', 'EPSG:5897,k=0.9996'])
def test_a_mistake_that_has_a_number_of_its_own_is_not_supposed(text: str) -> None:
    with pytest.raises(UnknownCrs, match='no known way'):
        parse_reading(text)


def test_the_errors_are_as_large_as_the_documentation_says() -> None:
    """The test point of the national transformation, read in each wrong way."""
    there = written(np.array([(569_542.413, 2_259_884.543)]), 'EPSG:9209')
    off = {
        label: shapely.distance(parse_reading(label).to(there, 9209)[0], there[0])
        for label in ('EPSG:9209,wgs84', 'EPSG:9209,k=0.9996', 'EPSG:5897', 'EPSG:9210')
    }
    assert off == pytest.approx(
        {'EPSG:9209,wgs84': 224.3, 'EPSG:9209,k=0.9996': 679, 'EPSG:5897': 52_200, 'EPSG:9210': 26_100}, rel=0.001
    )
