"""Columns under other names: proposed with evidence, never assumed, accepted by a person, and remembered."""

from pathlib import Path
from typing import Any

import pytest

from dothi.cli.options import pairs
from dothi.core.errors import WrongUse
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.text import steward_advice
from etl.desk.decide import Decision, accept
from etl.desk.options import DeliveryOptions
from etl.doctor.columns import MissingColumn, UnknownColumn, find
from etl.doctor.proposals import Evidence, best, likeness, proposals
from etl.inspecting import inspect
from tests.etl.conftest import Agency, Query, Send
from tests.present import present


@pytest.fixture
def schools(locality: Locality) -> Layer:
    return locality.layers['schools']


@pytest.fixture
def health(locality: Locality) -> Layer:
    return locality.layers['health_facilities']


def table(agency: Agency, header: str, *rows: str, name: str = 't.csv') -> Path:
    return agency.text(name, '\n'.join([header, *rows]) + '\n')


def first(samples: dict[str, list[str]], names: list[str], layer: Layer, **known: Any) -> dict[str, str]:
    found = best(proposals(names, samples, layer, Evidence(**known)))
    return {column: ones[0].source for column, ones in found.items()}


@pytest.mark.parametrize('source', ['TEN_TRUONG_HOC', 'TenTruong', 'tên trường', 'ten_truon'])
def test_a_name_is_like_what_the_column_may_be_called(source: str, schools: Layer) -> None:
    assert likeness(source, 'name', schools.columns['name'], schools)[0] > 0.8


def test_a_title_is_a_name_too(health: Layer) -> None:
    assert likeness('Số giường', 'beds', health.columns['beds'], health)[0] == 1


def test_codes_of_a_list_tell_a_column_of_any_name(health: Layer) -> None:
    samples = {'PHAN_NHOM': ['Trạm y tế', 'Bệnh viện', 'Trạm y tế'], 'GHI_CHU': ['cũ', 'mới', 'mới']}
    assert first(samples, ['kind'], health) == {'kind': 'PHAN_NHOM'}


def test_codes_of_the_register_tell_the_column_of_units(locality: Locality) -> None:
    districts = locality.layers['districts']
    samples = {'DVHC': ['356', '366'], 'STT': ['1', '2']}
    known = frozenset({'356', '366'})
    assert first(samples, ['code'], districts, codes=lambda column: known if column == 'code' else frozenset()) == {
        'code': 'DVHC'
    }


def test_values_that_cannot_be_of_the_column_speak_against_its_name(health: Layer) -> None:
    assert first({'SO_GIUONG_BENH': ['nhiều', 'ít']}, ['beds'], health) == {}
    assert first({'SO_GIUONG_BENH': ['9000', '7000']}, ['beds'], health) == {}
    assert first({'SO_GIUONG_BENH': ['20', '35']}, ['beds'], health) == {'beds': 'SO_GIUONG_BENH'}


def test_a_column_that_repeats_itself_is_no_key(schools: Layer) -> None:
    assert first({'MA_TRUONG_HOC': ['a', 'a', 'a', 'b']}, ['code'], schools) == {}
    assert first({'MA_TRUONG_HOC': ['a', 'b', 'c']}, ['code'], schools) == {'code': 'MA_TRUONG_HOC'}


def test_values_written_like_released_ones_are_evidence(schools: Layer) -> None:
    known = Evidence(released=lambda column: ['TH-0001', 'TH-0002'] if column == 'code' else [])
    with_it, without = (
        proposals(['code'], {'MaTruongHoc': ['TH-0105', 'TH-0107']}, schools, one)[0].score
        for one in (known, Evidence())
    )
    assert with_it > without


def test_one_column_of_the_file_is_proposed_for_one_column_of_the_layer(schools: Layer) -> None:
    samples = {'MA_TEN': ['a', 'b'], 'TEN_TR': ['Trường A', 'Trường B']}
    found = first(samples, ['code', 'name'], schools)
    assert len(set(found.values())) == len(found)


def test_what_the_sender_says_goes_before_declared_names(schools: Layer) -> None:
    columns = ['MA_TRUONG', 'TEN_TRUONG', 'CAP_HOC', 'TEN_MOI']
    assert find(columns, schools, named_columns={'ten_moi': 'name'}).source_of['name'] == 'TEN_MOI'


def test_declared_names_go_before_remembered_ones(schools: Layer) -> None:
    columns = ['MA_TRUONG', 'TEN_TRUONG', 'CAP_HOC', 'TEN_MOI']
    found = find(columns, schools, remembered={'TEN_MOI': 'name', 'Ma truong': 'code'})
    assert found.source_of['name'] == 'TEN_TRUONG'
    assert found.remembered == ()


@pytest.mark.parametrize(('said', 'hint'), [({'TEN_XX': 'name'}, 'TEN_X'), ({'TEN_X': 'nam'}, '"name"')])
def test_a_column_that_is_not_there_is_named_with_the_nearest(said: dict[str, str], hint: str, schools: Layer) -> None:
    with pytest.raises(UnknownColumn) as caught:
        find(['MA_TRUONG', 'TEN_X'], schools, named_columns=said)
    assert hint in caught.value.text.vi


def test_a_needed_column_that_nothing_could_be_is_refused(agency: Agency, schools: Layer) -> None:
    file = table(agency, 'ma,cap_hoc,lon,lat,ghi_chu', 'a,primary,106.2,20.3,', 'b,primary,106.2,20.4,')
    with pytest.raises(MissingColumn):
        inspect(file, schools, DeliveryOptions(layer='schools'))


def test_an_optional_column_with_strong_evidence_is_a_hint_and_no_question(agency: Agency, schools: Layer) -> None:
    file = table(
        agency, 'ma,ten,cap_hoc,lon,lat,so_cho_ngoi', 'a,A,primary,106.2,20.3,400', 'b,B,primary,106.2,20.4,500'
    )
    looked_at = inspect(file, schools, DeliveryOptions(layer='schools'))
    assert looked_at.questions == []
    assert ['so_cho_ngoi' in hint.vi for hint in looked_at.hints] == [True]


def test_titles_that_came_for_codes_are_told(agency: Agency, health: Layer) -> None:
    rows = ('a,A,tram y te,106.2,20.3', 'b,B,hospital,106.2,20.4', 'c,C,Bệnh viện,106.2,20.4')
    file = table(agency, 'ma,ten,loai,lon,lat', *rows)
    (told,) = inspect(file, health, DeliveryOptions(layer='health_facilities')).hints
    assert told.vi == 'Cột loai: tên gọi được nhận thay cho mã: "tram y te" → station, "Bệnh viện" → hospital.'


@pytest.mark.parametrize('text', ['name', '=name', 'TEN='])
def test_an_option_that_is_no_pair_says_how_to_write_it(text: str) -> None:
    with pytest.raises(WrongUse) as caught:
        pairs([text])
    assert 'TEN_GOI=name' in caught.value.text.vi


def test_the_option_may_name_a_column_with_an_equals_sign() -> None:
    assert pairs(['a=b=name', 'TEN=code']) == {'a=b': 'name', 'TEN': 'code'}


ROWS = ('a,Trường A,primary,106.2,20.3', 'b,Trường B,primary,106.2,20.4')


def test_an_accepted_column_is_used_and_remembered_for_the_agency(agency: Agency, send: Send, query: Query) -> None:
    """First asked, then told with --column, then known; another agency is asked again."""
    file = table(agency, 'ma,ten_goi_truong,cap_hoc,lon,lat', *ROWS)
    asked = send(file, 'schools')
    assert (asked.verdict, asked.exit_code, asked.held) == ('undecided', 4, ['columns'])
    assert '--column ten_goi_truong=name' in present(steward_advice(asked.notes[0])).vi

    told = send(file, 'schools', columns={'ten_goi_truong': 'name'})
    assert told.verdict == 'accepted'
    assert query('select source, column_name, delivery_id from catalog.column_mapping') == [
        ('ten_goi_truong', 'name', told.delivery)
    ]

    again = table(
        agency, 'ma,TEN_GOI_TRUONG,cap_hoc,lon,lat', 'a,Trường mới,primary,106.2,20.3', 'b,B,primary,106.2,20.4'
    )
    known = send(again, 'schools')
    assert known.verdict == 'accepted'
    assert any('TEN_GOI_TRUONG → name' in note.vi for note in known.notes)
    assert query("select name from layer.schools where code = 'a'") == [('Trường mới',)]

    other = table(agency, 'ma,ten_goi_truong,cap_hoc,lon,lat', 'c,C,primary,106.2,20.3')
    assert send(other, 'schools', agency='health').verdict == 'undecided'


def test_a_check_remembers_nothing(agency: Agency, send: Send, query: Query) -> None:
    file = table(agency, 'ma,ten_goi_truong,cap_hoc,lon,lat', 'a,A,primary,106.2,20.3')
    assert send(file, 'schools', columns={'ten_goi_truong': 'name'}, dry_run=True).verdict == 'accepted'
    assert query('select count(*) from catalog.column_mapping') == [(0,)]


def test_the_desk_accepts_a_waiting_delivery_with_the_column_it_asked_for(
    agency: Agency, send: Send, query: Query, locality: Locality
) -> None:
    file = table(agency, 'ma,ten_goi_truong,cap_hoc,lon,lat', *ROWS)
    waiting = send(file, 'schools').delivery
    decision = Decision(by='gis', reason='đúng cột', columns={'ten_goi_truong': 'name'})
    assert accept(present(waiting), decision, locality).verdict == 'accepted'
    assert query('select source, delivery_id from catalog.column_mapping') == [('ten_goi_truong', waiting)]


@pytest.mark.parametrize(
    ('code', 'places'),
    [
        ('Mã trường', 'Số chỗ học'),
        ('MA TRUONG', 'so cho hoc (chỗ)'),
        ('Code', 'Places [place]'),
        ('ma_truong', 'Số chỗ học, chỗ'),
    ],
)
def test_titles_of_a_layer_name_its_columns(code: str, places: str, schools: Layer) -> None:
    """With or without accents, and with the unit of measure behind them."""
    found = find([code, 'Tên', 'Level', places], schools)
    assert found.source_of == {'code': code, 'name': 'Tên', 'level': 'Level', 'places': places}


def test_a_declared_name_comes_before_a_title(schools: Layer) -> None:
    """`Số chỗ học` is a title of `places`; where SO_CHO is there too, that is meant."""
    found = find(['MA_TRUONG', 'Số chỗ học', 'SO_CHO', 'TEN_TRUONG', 'CAP_HOC'], schools)
    assert found.source_of['places'] == 'SO_CHO'
    assert found.ignored == ['Số chỗ học']
