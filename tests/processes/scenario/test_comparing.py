"""Two results held against each other: features matched by their names, numbers subtracted, told in sentences."""

from typing import Any

from dothi.core.text import Text
from processes.comparison.matching import compared_properties, difference, match_features, numeric_members
from processes.comparison.sentences import feature_sentences, figure_sentences
from processes.outputs import Member


def zone(code: str, **figures: Any) -> dict[str, Any]:
    return {
        'type': 'Feature',
        'id': code,
        'geometry': None,
        'properties': {'code': code, 'name': f'Xã {code}', **figures},
    }


def test_zones_are_matched_by_code_whatever_their_order() -> None:
    """Zone 1 gains 5, zone 2 has gone, zone 3 is new: what only one result has has no difference."""
    before = [zone('1', people=10), zone('2', people=4)]
    after = [zone('3', people=7), zone('1', people=15)]
    key, matched = match_features(before, after)
    told = {pair.name: compared_properties(pair, ['people'], []) for pair in matched}
    assert key == 'code'
    assert {name: (one['people_difference'], one['state']) for name, one in told.items()} == {
        '1': (5, 'both'),
        '2': (None, 'only_before'),
        '3': (None, 'only_after'),
    }
    assert (told['1']['people_before'], told['1']['people_after']) == (10, 15)


def test_numbered_features_are_not_matched_by_their_numbers() -> None:
    """The first site of one proposal is not the first of the other."""
    one, other = (
        [{'type': 'Feature', 'id': number, 'geometry': None, 'properties': {'rank': number, 'gain': gain}}
         for number, gain in enumerate(gains, start=1)]
        for gains in ((5, 3), (9, 1))
    )  # fmt: skip
    assert match_features(one, other) == (None, [])


def test_sites_with_a_name_in_both_are_matched_by_it() -> None:
    sites = [{'type': 'Feature', 'id': 1, 'geometry': None, 'properties': {'candidate': 'A', 'gain': 5}}]
    key, matched = match_features(sites, sites)
    assert key == 'candidate'
    assert compared_properties(matched[0], ['gain'], [])['gain_difference'] == 0


def test_a_member_that_is_not_always_a_number_has_no_difference() -> None:
    assert numeric_members([{'a': 1, 'b': 'x', 'c': None, 'd': True}, {'a': None, 'b': 2, 'c': 2.5}]) == ['a', 'c']


def test_differences_are_free_of_the_noise_of_floating_point() -> None:
    assert difference(0.1, 0.3) == 0.2
    assert difference(None, 3) is None


def test_sentences_say_how_much_and_who_newly_passes() -> None:
    declared = {
        'people': Member(Text(vi='Dân số được phục vụ', en='Population covered')),
        'norm_met': Member(Text(vi='Đạt quy chuẩn', en='Norm met')),
    }
    figure = {
        'title': declared['people'].title.model_dump(), 'unit': None, 'before': 1000, 'after': 5120, 'difference': 4120,
    }  # fmt: skip
    (said,) = figure_sentences([figure])
    assert said.en == 'Population covered: 4,120 more (1,000 → 5,120).'
    assert said.vi == 'Dân số được phục vụ: thêm 4.120 (1.000 → 5.120).'
    _, matched = match_features(
        [zone('1', people=0, norm_met=False), zone('2', people=9, norm_met=True)],
        [zone('1', people=8, norm_met=True), zone('2', people=7, norm_met=False)],
    )
    told = [text.en for text in feature_sentences(matched, ['people'], ['norm_met'], declared)]
    assert told == [
        'Population covered: more in 1, less in 1; most of all in Xã 1 (+8).',
        'Norm met: 1 newly so: Xã 1.',
        'Norm met: 1 no longer so: Xã 2.',
    ]


def test_shares_differ_by_percentage_points() -> None:
    title = {'vi': 'Tỷ lệ', 'en': 'Share'}
    figure = {'title': title, 'unit': 'share', 'before': 0.5, 'after': 0.475, 'difference': -0.025}
    assert figure_sentences([figure])[0].en == 'Share: 2.5 percentage points less (50\u00a0% → 47.5\u00a0%).'
