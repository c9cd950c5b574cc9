"""The legend says what each colour means."""

from typing import Any

from dothi.api.legend import entries
from dothi.api.style_file import ByColumn, Part
from dothi.core.locality import Locality


def legend(locality: Locality, layer: str, *parts: Part) -> list[tuple[Any, ...]]:
    return [(one['label']['en'], one['color'], one['outline']) for one in entries(locality.layers[layer], list(parts))]


def test_a_line_below_another_of_the_same_name_is_its_casing(locality: Locality) -> None:
    parts = Part(kind='line', color='black'), Part(kind='line', color='white')
    assert legend(locality, 'bridges', *parts) == [(locality.layers['bridges'].title.en, 'white', 'black')]


def test_a_fill_below_a_line_of_the_same_name_is_no_casing(locality: Locality) -> None:
    parts = Part(kind='fill', color='black'), Part(kind='line', color='white')
    assert legend(locality, 'rivers', *parts) == [(locality.layers['rivers'].title.en, 'white', None)]


def test_categories_of_a_part_of_the_layer_are_called_by_that_part_too(locality: Locality) -> None:
    """Depths mean nothing without the scenario that they belong to."""
    by = ByColumn(column='depth_class', values={'over_1_m': 'navy'})
    part = Part(kind='fill', color='blue', where={'sea_level_cm': 50}, by=by)
    assert legend(locality, 'flood_zones', part) == [('50 cm: Over 1 m', 'navy', None)]
