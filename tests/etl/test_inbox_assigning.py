"""A file is assigned to a layer by its folder, its name or what only it fits; nothing is guessed."""

from collections.abc import Callable
from pathlib import Path

import pytest
import shapely

from dothi.core.locality import Locality
from etl.formats.errors import UnknownFormat, UnreadableFile
from etl.inbox.assigning import NotAssigned, assign
from etl.inbox.sendable import scope_of, sendable
from tests.etl.conftest import Agency


@pytest.fixture
def assigned(locality: Locality) -> Callable[..., str]:
    def assigned_(file: Path, office: str = 'education', folder: str | None = None) -> str:
        return assign(file, office, folder, locality)

    return assigned_


@pytest.mark.parametrize('folder', ['schools', 'Trường học', 'TRUONG HOC', 'truong_hoc', 'Schools', 'Trường học 2025'])
def test_a_folder_names_the_layer_by_id_or_title(assigned: Callable[..., str], agency: Agency, folder: str) -> None:
    assert assigned(agency.text('bat-ky.bin', 'x'), folder=folder) == 'schools'


def test_a_folder_of_no_layer_of_the_agency_is_not_guessed(assigned: Callable[..., str], agency: Agency) -> None:
    with pytest.raises(NotAssigned, match='power_lines') as refused:
        assigned(agency.schools('a'), folder='power_lines')
    assert refused.value.candidates == ['schools']


def test_a_name_tells_the_layer_before_the_columns_do(assigned: Callable[..., str], agency: Agency) -> None:
    """The desk then says what is wrong with the columns, rather than the file lying there without an answer."""
    file = agency.geojson('Truong hoc.geojson', [({'LA': 'x'}, agency.point())])
    assert assigned(file) == 'schools'


def test_columns_and_geometry_tell_what_only_one_layer_fits(assigned: Callable[..., str], agency: Agency) -> None:
    assert assigned(agency.schools('a', name='danh sach gui.geojson')) == 'schools'


def test_the_same_columns_on_lines_fit_no_layer_of_points(assigned: Callable[..., str], agency: Agency) -> None:
    line = shapely.LineString(agency.box(0, 0, 10).exterior)
    with pytest.raises(NotAssigned) as undecided:
        assigned(agency.geojson('gui.geojson', [(agency.school('a'), line)]))
    assert undecided.value.candidates == ['schools'], 'what the agency supplies'


def test_a_file_that_several_layers_fit_is_left_to_a_person(
    assigned: Callable[..., str], agency: Agency, locality: Locality
) -> None:
    file = agency.geojson('gui.geojson', [({'code': 'a', 'name': 'b', 'kind': 'x'}, agency.point())])
    with pytest.raises(NotAssigned) as undecided:
        assigned(file, 'district_366')
    assert 1 < len(undecided.value.candidates) < len(sendable('district_366', locality))
    assert all(locality.layer(name).geometry == 'Point' for name in undecided.value.candidates)


def test_what_no_layer_can_read_is_refused_in_the_words_of_its_format(
    assigned: Callable[..., str], agency: Agency
) -> None:
    with pytest.raises(UnknownFormat, match='docx'):
        assigned(agency.text('công văn.docx', 'x'))
    with pytest.raises(UnreadableFile):
        assigned(agency.text('hong.gpkg', 'x'))


def test_a_unit_speaks_for_its_part_of_others_layers_and_no_raster(locality: Locality) -> None:
    assert scope_of('district_366', 'schools', locality) == 'unit=366'
    assert scope_of('education', 'schools', locality) == 'all'
    assert not sendable('district_366', locality).keys() & locality.coverages.keys()
    assert set(sendable('education', locality)) == {'schools'}
