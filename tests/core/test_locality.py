"""A locality's files are checked, and every error names file, key and fix."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from dothi.core.layer import Layer
from dothi.core.locality import Locality, UnknownLayer, load_described, load_locality
from dothi.core.locality_file import BadLayerFile, BadLocalityFile, read_yaml
from dothi.core.locality_folder import LIBRARY
from tests.nam_dinh import NAM_DINH, whole_copy


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the locality, to be spoilt."""
    return whole_copy(tmp_path / 'locality')


def spoil(folder: Path, layer: str, **changes: object) -> Path:
    """Writes `changes` over the top-level keys of a layer file; None takes the key out."""
    file = folder / 'layers' / f'{layer}.yml'
    content = yaml.safe_load(file.read_text(encoding='utf-8')) | changes
    kept = {key: value for key, value in content.items() if value is not None}
    file.write_text(yaml.safe_dump(kept, allow_unicode=True), encoding='utf-8')
    return file


def refusal(folder: Path, layer: str) -> str:
    error = load_locality(folder).broken[layer]
    assert isinstance(error, BadLayerFile)
    assert error.text.vi != error.text.en
    return error.text.en


def test_the_locality_that_is_shipped_is_whole(locality: Locality) -> None:
    assert locality.broken == {}
    assert set(locality.layers) == {file.stem for file in (*NAM_DINH.glob('layers/*'), *LIBRARY.glob('layers/*'))}


def test_a_misspelt_key_is_named_with_its_file_and_the_right_one(copy: Path) -> None:
    file = spoil(copy, 'schools', acess='public')
    message = refusal(copy, 'schools')
    assert str(file) in message
    assert 'key acess' in message
    assert '"access"' in message


def test_a_misspelt_key_inside_a_column_is_named_with_its_path(copy: Path) -> None:
    columns = yaml.safe_load((copy / 'layers' / 'schools.yml').read_text(encoding='utf-8'))['columns']
    columns['places']['mininum'] = 0
    spoil(copy, 'schools', columns=columns)
    message = refusal(copy, 'schools')
    assert 'key columns.places.mininum' in message
    assert '"min"' in message


def test_a_key_column_that_is_not_declared_is_named(copy: Path) -> None:
    spoil(copy, 'schools', key=['number'])
    assert 'key names number' in refusal(copy, 'schools')


def test_a_missing_key_is_named(copy: Path) -> None:
    spoil(copy, 'schools', title=None)
    assert 'the key title is missing' in refusal(copy, 'schools')


def test_a_column_called_like_one_that_every_layer_has_is_refused(copy: Path) -> None:
    spoil(copy, 'schools', columns={'geom': {'type': 'text', 'title': {'vi': 'a', 'en': 'a'}}})
    assert 'every layer has this column already' in refusal(copy, 'schools')


def test_an_unknown_agency_is_named_with_the_nearest(copy: Path) -> None:
    spoil(copy, 'schools', agency='educatoin')
    assert '"education"' in refusal(copy, 'schools')


def test_a_theme_that_the_themes_file_does_not_name_breaks_its_layer_and_the_nearest_is_named(copy: Path) -> None:
    spoil(copy, 'schools', theme='socity')
    message = refusal(copy, 'schools')
    assert 'key theme: themes.yml has no "socity"' in message
    assert '"society"' in message


def test_without_a_themes_file_any_theme_will_do_and_is_called_by_its_id(copy: Path) -> None:
    (copy / 'themes.yml').unlink()
    spoil(copy, 'schools', theme='learning')
    locality = load_locality(copy)
    assert locality.broken == {}
    assert locality.theme_title('learning').vi == 'learning'


def test_a_themes_file_that_is_not_right_is_told_and_leaves_the_layers_usable(copy: Path) -> None:
    (copy / 'themes.yml').write_text('society: {vi: Xã hội}', encoding='utf-8')
    locality = load_locality(copy)
    assert 'society.en' in locality.broken['themes'].text.en
    assert 'schools' in locality.layers


def test_themes_come_in_the_order_of_their_file_and_then_by_id(copy: Path) -> None:
    themes = '{water: {vi: Nước, en: Water}, society: {vi: Xã hội, en: Society}, air: {vi: Khí, en: Air}}'
    (copy / 'themes.yml').write_text(themes, encoding='utf-8')
    found = load_locality(copy).theme_titles(['zoo', 'society', 'bees', 'water', 'society'])
    assert [(theme, title.en) for theme, title in found.items()] == [
        ('water', 'Water'),
        ('society', 'Society'),
        ('bees', 'bees'),
        ('zoo', 'zoo'),
    ]


def test_what_is_not_yaml_is_named_with_its_line(copy: Path) -> None:
    (copy / 'layers' / 'schools.yml').write_text('id: schools\ntitle: {vi: [}', encoding='utf-8')
    assert 'schools.yml:2' in refusal(copy, 'schools')


def test_a_folder_in_place_of_a_layer_file_is_named_and_the_others_are_usable(copy: Path) -> None:
    (copy / 'layers' / 'schools.yml').unlink()
    (copy / 'layers' / 'schools.yml').mkdir()
    assert 'cannot be opened (Is a directory)' in refusal(copy, 'schools')
    assert 'roads' in load_locality(copy).layers


def test_a_broken_layer_file_leaves_the_others_usable(copy: Path) -> None:
    spoil(copy, 'schools', geometry='Pint')
    locality = load_locality(copy)
    assert 'roads' in locality.layers
    with pytest.raises(BadLayerFile):
        locality.layer('schools')


def test_an_unknown_layer_is_answered_with_the_nearest(locality: Locality) -> None:
    with pytest.raises(UnknownLayer) as unknown:
        locality.layer('school')
    assert '"schools"' in unknown.value.text.vi


def test_a_folder_without_a_locality_says_which_setting_to_check(tmp_path: Path) -> None:
    with pytest.raises(BadLocalityFile) as missing:
        load_locality(tmp_path)
    assert 'DOTHI_LOCALITY' in missing.value.text.en


def test_internal_columns_and_layers_are_not_for_the_public(copy: Path) -> None:
    spoil(copy, 'schools', access='internal')
    locality = load_locality(copy)
    assert 'population' not in locality.layers['buildings'].columns_for('public')
    assert 'population' in locality.layers['buildings'].columns_for('internal')
    assert 'schools' not in locality.layers_for('public')
    assert 'schools' in locality.layers_for('internal')


def test_the_register_holds_the_units_of_the_day(locality: Locality) -> None:
    """Mỹ Lộc was merged into the city on 2024-09-01."""
    districts = locality.layers['districts'].register_
    communes = locality.layers['communes'].register_
    assert districts is not None
    assert communes is not None
    assert len(locality.register(districts, date(2024, 8, 31))) == 10
    assert '358' not in locality.register(districts, date(2024, 9, 1))
    assert len(locality.register(communes, date(2024, 8, 31))) == 226


def test_a_definition_reads_back_as_the_same_layer(locality: Locality) -> None:
    for layer in locality.layers.values():
        assert Layer.model_validate(layer.definition()) == layer


def test_each_reader_of_a_file_gets_a_content_of_its_own(copy: Path) -> None:
    """What a file holds is remembered by its text."""
    file = copy / 'agencies.yml'
    first = read_yaml(file)
    agencies = [*first]
    first.clear()
    assert [*read_yaml(file)] == agencies
    file.write_text('office: {}', encoding='utf-8')
    assert read_yaml(file) == {'office': {}}


def test_a_layer_file_under_another_name_is_refused(copy: Path) -> None:
    (copy / 'layers' / 'schools.yml').rename(copy / 'layers' / 'colleges.yml')
    with pytest.raises(BadLayerFile, match='colleges'):
        load_described(Layer, copy / 'layers' / 'colleges.yml', load_locality(copy).place, load_locality(copy).agencies)


@pytest.mark.parametrize(
    ('before', 'after', 'says'),
    [
        ('\nzoom:', '\nzom:', 'key zom: no such key. Did you mean "zoom"?'),
        ('    layer: communes', '    layr: communes', 'key levels.commune.layr: no such key. Did you mean "layer"?'),
        ('\nzoom: 10', '\nzoom: near', "key zoom ('near'): must be a number"),
    ],
)
def test_a_wrong_key_of_the_locality_is_named_with_its_line(copy: Path, before: str, after: str, says: str) -> None:
    file = copy / 'locality.yml'
    text = file.read_text(encoding='utf-8')
    assert before in text
    text = text.replace(before, after)
    file.write_text(text, encoding='utf-8')
    line = next(i for i, each in enumerate(text.splitlines(), start=1) if after.strip() in each)
    with pytest.raises(BadLocalityFile) as caught:
        load_locality(copy)
    assert f'{file}:{line}, {says}' in caught.value.text.en
    assert f'{file}:{line}, khóa ' in caught.value.text.vi


def test_a_key_that_is_missing_is_named_with_the_line_of_what_lacks_it(copy: Path) -> None:
    file = spoil(copy, 'schools', columns={'code': {'title': {'vi': 'a', 'en': 'a'}}})
    line = next(i for i, each in enumerate(file.read_text(encoding='utf-8').splitlines(), start=1) if 'code:' in each)
    assert f'{file}:{line}: the key columns.code.type is missing' in refusal(copy, 'schools')
