"""A locality takes layers from the library that is shipped; its own files come in place of the library's."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from dothi.cartography.style.layer_styles import style_path
from dothi.core.indicator_set import indicator_set, indicator_sets
from dothi.core.locality import load_locality
from dothi.core.locality_file import BadLocalityFile
from dothi.core.locality_folder import LIBRARY, locality_file
from dothi.core.settings import LOCALITIES, PathSettings
from etl.fetch.source import sources

NINH_BINH = LOCALITIES / 'ninh_binh'


@pytest.fixture
def taking(tmp_path: Path) -> Callable[[str], Path]:
    """Makes a copy of Ninh Bình that takes something else from the library: the text of the key `library`."""

    def make(library: str) -> Path:
        folder = shutil.copytree(NINH_BINH, tmp_path / 'place')
        file = folder / 'locality.yml'
        text = file.read_text(encoding='utf-8')
        file.write_text(text.replace('library: all\n', library), encoding='utf-8')
        return folder

    return make


@pytest.mark.parametrize('name', ['nam_dinh', 'ninh_binh'])
def test_each_locality_that_is_shipped_is_whole(name: str) -> None:
    place = load_locality(LOCALITIES / name)
    assert place.broken == {}
    shipped = {file.stem for file in (LIBRARY / 'layers').glob('*.yml')}
    assert shipped <= set(place.layers)
    assert set(place.place.unit_layers) <= set(place.layers)
    for layer in place.layers.values():
        assert style_path(layer, place.path).exists(), layer.id
    assert indicator_sets(place) == ['pilot']
    assert indicator_set('pilot', place).measures


def test_only_the_layers_that_are_named_are_taken(taking: Callable[[str], Path]) -> None:
    place = load_locality(taking('library: [communes, roads, elevation]\n'))
    assert set(place.layers) == {'communes', 'roads'}
    assert set(place.coverages) == {'elevation'}
    assert place.norms('service_distance', date(2026, 1, 1)) == load_locality(NINH_BINH).norms(
        'service_distance', date(2026, 1, 1)
    )
    assert next(iter(place.themes)) == 'boundaries'


def test_a_locality_that_takes_nothing_has_its_own_files_alone(taking: Callable[[str], Path]) -> None:
    folder = taking('')
    shutil.copy(LIBRARY / 'agencies.yml', folder / 'agencies.yml')
    place = load_locality(folder)
    assert place.layers == {}
    assert place.norm_values == ()
    assert indicator_sets(place) == []
    assert list(sources(folder)) == ['copernicus_dem']
    (folder / 'agencies.yml').unlink()
    with pytest.raises(BadLocalityFile, match=r'agencies\.yml'):
        load_locality(folder)


def test_offices_of_its_own_are_added_to_those_of_the_library_or_take_their_place(
    taking: Callable[[str], Path],
) -> None:
    folder = taking('library: all\n')
    shipped = load_locality(folder).agencies
    office = '{title: {vi: Sở Y tế mới, en: New office}, focal_point: {vi: Văn thư, en: Registry}}'
    (folder / 'agencies.yml').write_text(f'health: {office}\nport_authority: {office}\n', encoding='utf-8')
    place = load_locality(folder)
    assert place.broken == {}
    assert place.agencies['health'].title.en == 'New office'
    assert place.agencies['port_authority'].title.vi == 'Sở Y tế mới'
    assert {name: place.agencies[name] for name in shipped if name != 'health'} == {
        name: agency for name, agency in shipped.items() if name != 'health'
    }


def test_a_file_of_its_own_comes_in_place_of_the_librarys(taking: Callable[[str], Path]) -> None:
    folder = taking('library: [schools, roads]\n')
    (folder / 'layers').mkdir(exist_ok=True)
    text = (LIBRARY / 'layers' / 'schools.yml').read_text(encoding='utf-8')
    (folder / 'layers' / 'schools.yml').write_text(text.replace('en: Schools}', 'en: Lycées}'), encoding='utf-8')
    place = load_locality(folder)
    assert place.layers['schools'].title.en == 'Lycées'
    assert set(place.layers) == {'schools', 'roads'}
    assert locality_file(folder, 'styles/schools.yml') == LIBRARY / 'styles' / 'schools.yml'
    (folder / 'styles').mkdir()
    (folder / 'styles' / 'schools.yml').write_text('draw_order: 1\n', encoding='utf-8')
    assert style_path(place.layers['schools'], folder) == folder / 'styles' / 'schools.yml'


def test_a_name_that_the_library_does_not_have_is_refused_with_the_nearest(taking: Callable[[str], Path]) -> None:
    folder = taking('library: [comunes]\n')
    with pytest.raises(BadLocalityFile) as caught:
        load_locality(folder)
    assert 'key library' in caught.value.text.en
    assert '"communes"' in caught.value.text.en
    assert str(folder / 'locality.yml') in caught.value.text.vi


def test_files_are_expected_in_the_localitys_own_system() -> None:
    """Library files name no system; the 105°00′ meridian is EPSG:5897, the 105°30′ one EPSG:9209."""
    assert load_locality(NINH_BINH).layers['schools'].source.crs == 'EPSG:5897'
    assert load_locality(LOCALITIES / 'nam_dinh').layers['schools'].source.crs == 'EPSG:9209'


def test_levels_that_a_set_of_indicators_leaves_open_are_the_localitys() -> None:
    """Deliveries are counted by the largest units: districts in Nam Định, communes where there are no districts."""
    by_place = {
        name: indicator_set('pilot', load_locality(LOCALITIES / name)).measures for name in ('nam_dinh', 'ninh_binh')
    }
    assert [measures['deliveries'].level for measures in by_place.values()] == ['district', 'commune']
    assert [measures['communes'].level for measures in by_place.values()] == ['commune', 'commune']
    assert [measures['layers'].level for measures in by_place.values()] == ['province', 'province']


def test_a_shipped_locality_goes_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('DOTHI_LOCALITY', 'ninh_binh')
    assert PathSettings().locality == NINH_BINH
    monkeypatch.setenv('DOTHI_LOCALITY', 'elsewhere')
    assert PathSettings().locality == tmp_path / 'elsewhere'
