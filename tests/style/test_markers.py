"""The signs of the marker set."""

import re

import pytest

from dothi.cartography.style.markers import BADGE, FOLDER, NAMES, UnknownMarker, path_of, silhouette_file, silhouette_of


def test_every_name_has_a_sign_of_its_own_and_every_sign_a_name() -> None:
    assert {file.stem for file in FOLDER.glob('*.svg')} == {*NAMES, BADGE}
    assert len({path_of(name) for name in NAMES}) == len(NAMES)


def test_a_sign_is_one_path_of_whole_parts_in_its_box() -> None:
    for name in NAMES:
        path = path_of(name)
        assert path.startswith('M'), name
        assert path.endswith('Z'), name
        assert path.count('M') == path.count('Z'), name
        assert all(0 <= float(number) <= 24 for number in re.findall(r'[\d.]+', path)), name


def test_the_silhouette_of_a_sign_has_a_file_too() -> None:
    for name in NAMES:
        assert f'd="{silhouette_of(name)}"' in silhouette_file(name).read_text(encoding='utf-8'), name


def test_a_misspelt_sign_is_told_with_the_nearest_one() -> None:
    with pytest.raises(UnknownMarker, match='Did you mean "school"'):
        path_of('shcool')
