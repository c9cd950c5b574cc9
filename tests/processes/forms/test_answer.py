"""What a report says of a result."""

from dothi.core.text import Text
from processes.base import Figure
from processes.forms.answer import OF_NORMS, detail_tables, key_figures, norms_of, sums_of, table_of_rows
from processes.forms.names import title_of, unit_for
from processes.forms.question import _in_words
from processes.forms.words import CODED, CODES, in_words
from processes.registry import all_processes, find_process

FIGURES = {
    'share_covered': Figure(Text(vi='Tỷ lệ', en='Share'), 'share', low_first=True),
    'people': Figure(Text(vi='Người', en='People')),
}
CITED = {
    'norm': 'corridor', 'subject': 'power_line', 'condition': 'bare', 'class': '(22,35] kV', 'value': 3.0, 'unit': 'm',
    'clause': 'Decree 14/2014/ND-CP, art. 11', 'verified': False,
}  # fmt: skip


def rows(*properties):
    return [{'type': 'Feature', 'geometry': None, 'properties': one} for one in properties]


def test_the_rows_that_tell_most_come_first_and_those_without_a_value_last():
    shares = {'A': 0.9, 'B': None, 'C': 0.1}
    some = rows(*({'name': name, 'share_covered': share} for name, share in shares.items()))
    found = table_of_rows(some, 'share_covered', FIGURES, {}, 'vi')
    assert found.rows == [['C', '10\xa0%'], ['A', '90\xa0%'], ['B', '–']]
    assert found.headings == ['Tên', 'Tỷ lệ (%)']
    assert found.numeric == [False, True]
    high = table_of_rows(rows({'people': 1}, {'people': 5}), 'people', FIGURES, {}, 'en')
    assert high.rows == [['5'], ['1']]


def test_the_line_of_the_whole_comes_from_the_summary():
    found = table_of_rows(rows({'name': 'A', 'people': 3}), 'people', FIGURES, {'people': 26_114, 'name': 'x'}, 'vi')
    assert found.total == ['', '26.114']


def test_a_long_table_is_cut_and_says_so():
    found = table_of_rows(rows(*({'people': number} for number in range(70))), 'people', FIGURES, {}, 'vi')
    assert (len(found.rows), found.more, found.rows[0]) == (60, 10, ['69'])


def test_a_wide_table_keeps_the_figures_and_leaves_the_norm_to_its_own_list():
    row = {'name': 'A', 'clause': 'x', **{f'c{number}': number for number in range(9)}, 'people': 1}
    found = table_of_rows(rows(row), 'people', FIGURES, {}, 'en', OF_NORMS)
    assert len(found.headings) == 8
    assert 'People' in found.headings
    assert 'Clause' not in found.headings


def test_norms_are_found_however_deep_they_are_cited_and_each_is_told_once():
    summary = {'by_norm': [{**CITED, 'conflicts': 3}, CITED], 'kinds': [{'norms': [CITED]}]}
    told = norms_of(summary, rows({'clause': 'Decree 14/2014/ND-CP, art. 11'}, {'clause': 'Other, art. 1'}), 'vi')
    assert told == [
        'Decree 14/2014/ND-CP, art. 11: power_line, (22,35] kV, bare: 3\xa0m (chưa kiểm chứng với văn bản)',
        'Other, art. 1',
    ]


def test_codes_are_told_in_words_and_a_norm_as_it_is_cited():
    """The report of a flood said `norm: sea_level_area_at_risk, subject: province, ... verified: có` to planners."""
    summary = {
        'mode': 'straight-line',
        'statistics': ['sum', 'mean'],
        'verdicts': {'met': 2, 'not_met': 5},
        'scenario': CITED,
        'name': 'sea',
        'by_kind': {'landfills': {'people': 7, 'length_km': 2.5}},
    }
    told = [value for _, value in key_figures(summary, {}, {}, 'vi')]
    norm = 'Decree 14/2014/ND-CP, art. 11: power_line, (22,35] kV, bare: 3\xa0m (chưa kiểm chứng với văn bản)'
    landfills = 'bãi chôn lấp rác (Số người: 7, Length: 2,5\xa0km)'
    assert told == ['theo đường thẳng', 'tổng; trung bình', 'đạt: 2, không đạt: 5', norm, 'sea', landfills]
    found = table_of_rows(rows({'people': 3, 'verdict': 'not_shown', 'code': 'met'}), 'people', FIGURES, {}, 'vi')
    assert found.rows == [['3', 'không chứng minh được', 'met']]


def test_years_units_and_criteria_are_told_as_people_write_them():
    """The census of 2019 was one of `2.019`, and a period lasted `45 d`."""
    assert in_words('census', 2019, {}, 'vi') == '2019'
    assert in_words('period_days', 45, {}, 'vi', 'd') == '45\xa0ngày'
    assert in_words('value', 1.26, {}, 'vi', 'm²/person') == '1,26\xa0m²/người'
    assert title_of('homes_score', FIGURES, 'vi') == 'homes: điểm'


def test_every_choice_of_an_analysis_has_words():
    """One that is added later is told in English letters to Vietnamese readers, unless somebody finds words for it."""
    for name, one in all_processes().items():
        for field, schema in one.metadata_for_pygeoapi()['inputs'].items():
            described = schema['schema'].get('items', schema['schema'])
            choices = {*described.get('enum', [])} if field in CODED else set()
            assert choices <= CODES.keys(), (name, field)


def test_inputs_that_the_summary_repeats_are_not_told_twice():
    summary = {
        'distance_m': 600,
        'zones': 'communes',
        'people': 3,
        'demo': True,
        'releases': {'a': 1},
        'parts': [{'a': 1}],
    }
    inputs = {'distance_m': 600, 'zones': {'collection': 'communes'}}
    assert key_figures(summary, inputs, FIGURES, 'vi') == [('Người', '3')]


def test_parts_of_the_summary_are_tables_of_their_own():
    summary = {'kinds': [{'kind': 'a', 'people': 3}], 'people': 3, 'said': [{'vi': 'a', 'en': 'b'}]}
    ((title, parts),) = detail_tables(summary, FIGURES, 'en')
    assert title == 'By kind of facility'
    assert (parts.headings, parts.rows) == (['Kind', 'People'], [['a', '3']])


def test_a_figure_of_a_class_of_depth_is_told_with_its_bound():
    assert title_of('people_to_0_5_m', FIGURES, 'vi') == 'Người, cấp sâu đến 0,5\xa0m'
    assert title_of('people_over_1_m', FIGURES, 'en') == 'People, depth class over 1\xa0m'
    assert unit_for('people_over_1_m', FIGURES) is None


def test_a_limit_is_no_total_of_the_distances_below_which_it_stands():
    """The summary of nearest facilities names the limit as the column of the distances is named."""
    summary = {'distance_m': 5_000.0, 'minutes': None, 'origins': 2}
    assert sums_of(summary, find_process('nearest-facility', 'public').inputs) == {'origins': 2}
    # the input is a layer, and the number how many reports there are
    assert sums_of({'reports': 80}, find_process('hotspots', 'public').inputs) == {'reports': 80}


def test_a_raster_that_was_chosen_goes_by_its_title(locality):
    told = [_in_words('elevation', 'elevation', None, locality, lang) for lang in ('vi', 'en')]
    assert told == [locality.coverages['elevation'].title.vi, locality.coverages['elevation'].title.en]
