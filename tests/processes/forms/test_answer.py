"""What a report says of a result."""

from typing import Any, get_args

from dothi.core.locality import Locality
from dothi.core.text import Lang, Text
from processes.base import Process
from processes.forms.answer import SAID_ELSEWHERE, detail_tables, key_figures, norms_of, sums_of, table_of_rows
from processes.forms.form import FORMS, FormName
from processes.forms.input_words import input_text
from processes.forms.words import MemberWords
from processes.inputs import field_metadata
from processes.outputs import CITED as CITED_MEMBERS
from processes.outputs import SHARED, Member, name_levels, shared
from processes.registry import all_processes, find_process

MEMBERS = {
    'share_covered': Member(Text(vi='Tỷ lệ', en='Share'), 'share', low_first=True),
    'people': Member(Text(vi='Người', en='People')),
    **shared('code', 'name', 'kind'),
    **CITED_MEMBERS,
}
VI, EN = (MemberWords(MEMBERS, lang) for lang in ('vi', 'en'))
CITED = {
    'norm': 'corridor', 'subject': 'power_line', 'condition': 'bare', 'class': '(22,35] kV', 'value': 3.0, 'unit': 'm',
    'clause': 'Decree 14/2014/ND-CP, art. 11', 'verified': False,
}  # fmt: skip


def rows(*properties: dict[str, Any]) -> list[dict[str, Any]]:
    return [{'type': 'Feature', 'geometry': None, 'properties': one} for one in properties]


def test_the_rows_that_tell_most_come_first_and_those_without_a_value_last() -> None:
    shares = {'A': 0.9, 'B': None, 'C': 0.1}
    some = rows(*({'name': name, 'share_covered': share} for name, share in shares.items()))
    found = table_of_rows(some, 'share_covered', {}, VI)
    assert found.rows == [['C', '10\xa0%'], ['A', '90\xa0%'], ['B', '–']]
    assert found.headings == ['Tên', 'Tỷ lệ (%)']
    assert found.numeric == [False, True]
    high = table_of_rows(rows({'people': 1}, {'people': 5}), 'people', {}, EN)
    assert high.rows == [['5'], ['1']]


def test_the_line_of_the_whole_comes_from_the_summary() -> None:
    found = table_of_rows(rows({'name': 'A', 'people': 3}), 'people', {'people': 26_114, 'name': 'x'}, VI)
    assert found.total == ['', '26.114']


def test_a_long_table_is_cut_and_says_so() -> None:
    found = table_of_rows(rows(*({'people': number} for number in range(100))), 'people', {}, VI)
    assert (len(found.rows), found.more, found.rows[0]) == (60, 40, ['99'])


def test_a_table_that_is_little_too_long_is_whole() -> None:
    found = table_of_rows(rows(*({'people': number} for number in range(90))), 'people', {}, VI)
    assert (len(found.rows), found.more) == (90, 0)


def test_what_is_in_both_results_is_not_said_of_each_feature() -> None:
    both = rows({'name': 'A', 'state': 'both'}, {'name': 'B', 'state': 'both'})
    assert table_of_rows(both, None, {}, VI).columns == ['name']
    other = rows({'name': 'A', 'state': 'both'}, {'name': 'B', 'state': 'only_after'})
    assert table_of_rows(other, None, {}, VI).columns == ['name', 'state']


def test_a_wide_table_keeps_the_figures_and_leaves_the_norm_to_its_own_list() -> None:
    row = {'name': 'A', 'clause': 'x', **{f'c{number}': number for number in range(9)}, 'people': 1}
    found = table_of_rows(rows(row), 'people', {}, EN, SAID_ELSEWHERE)
    assert len(found.headings) == 8
    assert 'People' in found.headings
    assert 'Clause' not in found.headings


def test_figures_of_a_comparison_are_in_their_own_units() -> None:
    """Without the code by which a program names them."""
    figure = {
        'code': 'share_covered',
        'name': {'vi': 'Tỷ lệ', 'en': 'Share'},
        'unit': 'share',
        'before': 0.764,
        'after': 0.8,
    }
    people = {
        'code': 'people',
        'name': {'vi': 'Số người', 'en': 'People'},
        'unit': None,
        'before': 1_200,
        'after': 1_300,
    }
    ((_, table),) = detail_tables({'figures': [figure, people]}, VI)
    assert table.columns == ['name', 'before', 'after']
    assert table.rows == [['Tỷ lệ', '76,4\xa0%', '80\xa0%'], ['Số người', '1.200', '1.300']]


def test_a_kind_is_called_by_its_layer_or_by_what_a_norm_is_for() -> None:
    """A layer without kinds is a kind itself."""
    words = MemberWords(MEMBERS, 'vi', {'schools': Text(vi='Trường học', en='Schools')})
    assert [words.value('kind', kind) for kind in ('schools', 'station', 'own')] == ['Trường học', 'trạm y tế', 'own']


def test_of_a_list_of_differences_those_that_are_none_are_left_out() -> None:
    """The comparison of two floods listed forty figures, half of them 0 and 0, by their codes."""
    parts = [
        {'id': 'people', 'title': {'vi': 'Số người', 'en': 'People'}, 'unit': None, 'before': 9, 'difference': -9},
        {'id': 'schools', 'title': {'vi': 'Trường', 'en': 'Schools'}, 'unit': None, 'before': 0, 'difference': 0},
        {'id': 'dikes', 'title': {'vi': 'Đê', 'en': 'Dikes'}, 'unit': None, 'before': None, 'difference': None},
    ]
    ((_, table),) = detail_tables({'figures': parts}, VI)
    assert (table.columns, table.rows) == (['title', 'before', 'difference'], [['Số người', '9', '-9']])


def test_norms_are_found_however_deep_they_are_cited_and_each_is_told_once() -> None:
    summary = {'by_norm': [{**CITED, 'conflicts': 3}, CITED], 'kinds': [{'norms': [CITED]}]}
    told = norms_of(summary, rows({'clause': 'Decree 14/2014/ND-CP, art. 11'}, {'clause': 'Other, art. 1'}), 'vi')
    cited = 'Nghị định 14/2014/NĐ-CP, Điều 11: corridor, đường dây điện, trên 22 đến 35 kV, dây trần: 3\xa0m'
    assert told == [f'{cited} (chưa kiểm chứng với văn bản)', 'Other, art. 1']


def test_codes_are_told_in_words_and_a_norm_as_it_is_cited() -> None:
    """The report of a flood said `norm: sea_level_area_at_risk, subject: province, ... verified: có` to planners."""
    norm = (
        'Nghị định 14/2014/NĐ-CP, Điều 11: corridor, đường dây điện, trên 22 đến 35 kV, dây trần: 3\xa0m'
        ' (chưa kiểm chứng với văn bản)'
    )
    assert words_of('isolation-distance', 'sources').value('mode', 'straight-line') == 'theo đường thẳng'
    assert words_of('zonal-statistics', 'result').value('statistics', ['sum', 'mean']) == 'Tổng; Trung bình'
    indicators = words_of('indicators', 'result')
    assert indicators.value('verdicts', {'met': 2, 'not_met': 5}) == 'Đạt: 2, Không đạt: 5'
    assert indicators.value('schools_verdict', 'not_shown') == 'Không chứng minh được'
    assert words_of('flood-exposure', 'result').value('scenario', CITED) == norm
    assert VI.value('name', 'sea') == 'sea'
    by_kind = {'landfills': {'people': 7, 'length_km': 2.5}}
    told = words_of('isolation-distance', 'zones').value('by_kind', by_kind)
    assert told == 'Bãi chôn lấp rác (Số người trong khoảng cách ly: 7, Length: 2,5\xa0km)'


def words_of(process_id: str, output: str, lang: Lang = 'vi') -> MemberWords:
    return MemberWords(find_process(process_id, 'internal').members_of(output), lang)


def test_years_units_and_criteria_are_told_as_people_write_them() -> None:
    """The census of 2019 was one of `2.019`, and a period lasted `45 d`."""
    assert words_of('restate-units', 'result').value('census', 2019) == '2019'
    assert words_of('hotspots', 'result').value('period_days', 45) == '45\xa0ngày'
    area = MemberWords({'value': Member(Text(vi='a', en='a'), 'm²/person')}, 'vi')
    assert area.value('value', 1.26) == '1,26\xa0m²/người'
    assert words_of('site-suitability', 'result').title('homes_score') == 'homes: điểm'


def test_every_choice_of_an_analysis_has_words() -> None:
    """One that is added later is told in English letters to Vietnamese readers, unless somebody finds words for it."""
    analyses = {name: one for name, one in all_processes().items() if one.method}
    for name, one in analyses.items():
        for field, schema in one.metadata_for_pygeoapi()['inputs'].items():
            described = schema['schema'].get('items', schema['schema'])
            choices = {choice for choice in described.get('enum', []) if isinstance(choice, str)}
            words = field_metadata(one.inputs.model_fields[field])['choices'].keys()
            assert choices <= words, f'{name}: give the choices {choices - words} of the input "{field}" words.'


def test_codes_that_were_sent_are_told_in_words(locality: Locality) -> None:
    """A report said `district` to Vietnamese readers; which levels there are is data, so the input is a text."""
    for process_id in ('indicators', 'restate-units', 'group-by-units'):
        fields = find_process(process_id, 'internal').inputs.model_fields
        inputs = {name: Member.of_input(field_metadata(field)) for name, field in fields.items()}
        words = MemberWords(name_levels(inputs, locality.place.levels), 'vi')
        assert input_text('level', 'district', words, locality) == 'cấp huyện'
        assert input_text('level', 'hamlet', words, locality) == 'hamlet'


def test_a_shared_title_is_that_of_several_analyses() -> None:
    """What one analysis says alone stands in its own file, or a new analysis would have to change a second one."""
    analyses = all_processes().values()
    for name, member in SHARED.items():
        users = [one for one in analyses if any(member is said for said in declared(one, name))]
        assert len(users) > 1, f'"{name}" is in SHARED for one analysis or none: declare it in {users}.'


def declared(process: Process[Any], name: str) -> list[Member | None]:
    return [process.summary.get(name), *(output.members.get(name) for output in process.outputs.values())]


def test_inputs_that_the_summary_repeats_are_not_told_twice() -> None:
    summary = {
        'distance_m': 600,
        'zones': 'communes',
        'people': 3,
        'demo': True,
        'releases': {'a': 1},
        'parts': [{'a': 1}],
    }
    inputs = {'distance_m': 600, 'zones': {'collection': 'communes'}}
    assert key_figures(summary, inputs, VI) == [('Người', '3')]
    # of features that were drawn there is but a name for programs
    drawn = {'distance_m': 600, 'zones': {'type': 'FeatureCollection', 'features': []}}
    assert key_figures(summary | {'zones': 'features:37435e45c0b7'}, drawn, VI) == [('Người', '3')]
    assert key_figures(summary | {'zones': 'job:37435e45/result'}, {**inputs, 'zones': {'job': '37435e45'}}, VI) == [
        ('Người', '3')
    ]


def test_a_position_among_the_parts_of_a_value_is_left_to_programs() -> None:
    """Of degrees with one decimal nobody knows where a place lies."""
    rivals = [{'place': 'Xã Hải An', 'precision': 'commune', 'coordinates': [106.2151, 20.4321]}]
    assert words_of('geocode', 'result', 'vi').value('rivals', rivals) == (
        'Nơi khớp nhất: Xã Hải An, Độ chính xác: cấp xã'
    )


def test_parts_of_the_summary_are_tables_of_their_own() -> None:
    summary = {'kinds': [{'kind': 'a', 'people': 3}], 'people': 3, 'said': [{'vi': 'a', 'en': 'b'}]}
    words = words_of('service-coverage', 'result', 'en')
    ((title, parts),) = detail_tables(summary, words)
    assert title == 'By kind of facility'
    assert (parts.headings, parts.rows) == (['Kind', 'People'], [['a', '3']])


def test_a_figure_of_a_class_of_depth_is_told_with_its_bound() -> None:
    vi, en = (words_of('flood-exposure', 'result', lang) for lang in ('vi', 'en'))
    assert vi.title('people_to_0_5_m') == 'Số người trong vùng ngập, cấp sâu đến 0,5\xa0m'
    assert en.title('people_over_1_m') == 'People in the flooded area, depth class over 1\xa0m'
    assert vi.heading('people_over_1_m') == vi.title('people_over_1_m'), 'people are no metres'
    assert en.heading('road_km_over_1_m').endswith('(km)')


def test_a_limit_is_no_total_of_the_distances_below_which_it_stands() -> None:
    """The summary of nearest facilities names the limit as the column of the distances is named."""
    summary = {'distance_m': 5_000.0, 'minutes': None, 'origins': 2}
    assert sums_of(summary, find_process('nearest-facility', 'public').inputs) == {'origins': 2}
    # the input is a layer, and the number how many reports there are
    assert sums_of({'reports': 80}, find_process('hotspots', 'public').inputs) == {'reports': 80}


def test_a_raster_that_was_chosen_goes_by_its_title(locality: Locality) -> None:
    told = [input_text('elevation', 'elevation', words, locality) for words in (VI, EN)]
    assert told == [locality.coverages['elevation'].title.vi, locality.coverages['elevation'].title.en]


def test_a_form_of_results_can_be_asked_for_by_every_way() -> None:
    """The table of forms and the choices of `present-result` stand side by side in processes/forms/form.py."""
    assert get_args(FormName) == tuple(FORMS), 'add the form to FormName too'


def test_a_layer_is_called_by_its_title_where_a_member_names_it() -> None:
    """A layer without kinds is a kind itself; a feature that happens to be called like a layer is left alone."""
    words = MemberWords({}, 'vi', {'schools': Text(vi='Trường học', en='Schools')})
    assert words.value('kind', 'schools') == 'Trường học'
    assert words.value('name', 'schools') == 'schools'
    assert words.value('kind', 'primary') == 'primary'


def test_a_scenario_is_called_by_its_name_and_version() -> None:
    words = MemberWords({}, 'en')
    assert words.value('scenario', {'id': 'x', 'name': 'Three schools', 'version': 2, 'digest': 'y'}) == (
        'Three schools (version 2)'
    )


def test_the_greatest_difference_comes_first_whichever_way() -> None:
    rows = [
        {'properties': {'name': name, 'people_difference': change}}
        for name, change in zip('abc', (3, -9, 5), strict=True)
    ]
    table = table_of_rows(rows, 'people_difference', {}, MemberWords({}, 'en'))
    assert [row[0] for row in table.rows] == ['b', 'c', 'a']
    assert table.places == [1, 2, 0]
