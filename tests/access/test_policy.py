"""`access.yml`: which rules count, and that a file that is wrong lets nobody do anything."""

import shutil
from pathlib import Path
from uuid import uuid4

import pytest

from dothi.core.access.person import Action, Identity, Person, Role
from dothi.core.access.policy import AccessPolicy, idle_rules, load_policy, public_with_row_rules
from dothi.core.locality import load_locality
from dothi.core.locality_file import BadLocalityFile
from tests.nam_dinh import NAM_DINH

RULES = AccessPolicy.model_validate(
    {
        'editor': [{'may': ['see'], 'layers': 'all'}, {'may': ['edit'], 'layers': ['schools']}],
        'focal_point': [{'may': ['deliver'], 'layers': 'own'}],
    }
)


SHIPPED = load_locality(NAM_DINH)


def somebody(role: Role, *scopes: Action) -> Identity:
    person = Person(id=uuid4(), name='lan', title='Lan', role=role)
    return Identity(person=person, scopes=frozenset(scopes or Action))


def test_rules_add_up_and_what_no_rule_allows_is_not_allowed() -> None:
    editor = somebody(Role.EDITOR)
    allowed = {
        (action, name) for action in Action for name in ('schools', 'roads')
        if RULES.allows(editor, action, SHIPPED.layers[name], ())
    }  # fmt: skip
    assert allowed == {(Action.SEE, 'schools'), (Action.SEE, 'roads'), (Action.EDIT, 'schools')}


def test_own_layers_are_those_of_the_agency() -> None:
    focal_point = somebody(Role.FOCAL_POINT)
    assert RULES.allows(focal_point, Action.DELIVER, SHIPPED.layers['schools'], {'schools'})
    assert not RULES.allows(focal_point, Action.DELIVER, SHIPPED.layers['roads'], {'schools'})


def test_a_role_without_rules_may_do_nothing_and_a_key_no_more_than_its_scopes() -> None:
    assert RULES.actions(somebody(Role.ADMINISTRATOR)) == frozenset()
    assert RULES.actions(somebody(Role.EDITOR, Action.EDIT)) == {Action.EDIT}
    assert not RULES.allows(somebody(Role.EDITOR, Action.EDIT), Action.SEE, SHIPPED.layers['schools'], ())


@pytest.mark.parametrize(
    ('text', 'named'),
    [
        ('editor: [{may: [see], layer: all}]', 'layer'),
        ('king: [{may: [see], layers: all}]', 'king'),
        ('editor: [{may: [fly], layers: all}]', 'fly'),
        ('editor: [{may: [], layers: all}]', 'may'),
        ('editor: {may: [see]}', 'editor'),
        ('viewer: [{may: [see], layers: all, rows: }]', 'rows has no value'),
        ('viewer: [{may: [see], layers: all, themes: }]', 'themes has no value'),
        ('viewer: [{may: [see], layers: all, columns: }]', 'columns has no value'),
        ('viewer: [{may: [see], layers: all, rows: {kind: }}]', 'rows'),
        ('viewer: [{may: [see], layers: all, rows: {kind: []}}]', 'rows'),
        ('viewer: [{may: [see], layers: }]', 'layers has no value'),
        ('- x', 'access.yml'),
        ('viewer: [{may: [see], layers: [wells], rows: {unit: []}}]', 'unit'),
        ('editor: [{may: [see], layers: all', 'YAML'),
    ],
)
def test_a_file_that_is_wrong_is_an_error_that_says_where(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / 'access.yml'
    file.write_text(text, encoding='utf-8')
    with pytest.raises(BadLocalityFile, match=named):
        load_policy(file)


def test_a_locality_of_its_own_rules_goes_by_them(tmp_path: Path) -> None:
    folder = tmp_path / 'place'
    shutil.copytree(NAM_DINH, folder)
    (folder / 'access.yml').write_text('viewer: [{may: [see], layers: all}]', encoding='utf-8')
    assert set(load_locality(folder).policy.root) == {Role.VIEWER}
    assert set(load_locality(NAM_DINH).policy.root) == set(Role)


def test_rules_about_what_is_not_there_are_named() -> None:
    schools, roads = SHIPPED.layers['schools'], SHIPPED.layers['roads']
    assert idle_rules(RULES, [schools, roads]) == []
    assert idle_rules(RULES, [roads]) == ['editor: schools']
    idle = {'may': ['see'], 'layers': [], 'themes': ['sport'], 'columns': ['owner'], 'rows': {'pupils': ['1']}}
    assert idle_rules(AccessPolicy.model_validate({'editor': [idle]}), [schools]) == [
        'editor: layers: []', 'editor: themes: sport', 'editor: columns: owner', 'editor: rows: pupils'
    ]  # fmt: skip


def test_a_rule_that_would_not_be_kept_is_refused(tmp_path: Path) -> None:
    """Whoever wrote it would believe that it holds."""
    file = tmp_path / 'access.yml'
    for text, reason in (
        ('viewer: [{may: [run], layers: [schools]}]', 'cannot be limited'),
        ('viewer: [{may: [edit, publish], layers: own}]', 'cannot be limited'),
        ('viewer: [{may: [run], layers: all, themes: [society]}]', 'cannot be limited'),
        ('viewer: [{may: [see, edit], layers: all, rows: {level: [primary]}}]', 'rows limit what is seen'),
    ):
        file.write_text(text, encoding='utf-8')
        with pytest.raises(BadLocalityFile, match=reason):
            load_policy(file)


def test_who_acts_for_no_agency_has_no_layers_of_their_own() -> None:
    focal_point = somebody(Role.FOCAL_POINT)
    assert RULES.actions(focal_point) == frozenset()
    person = focal_point.person.model_copy(update={'agency': 'education'})
    assert RULES.actions(focal_point.model_copy(update={'person': person})) == {Action.DELIVER}


@pytest.mark.parametrize(
    'text',
    [
        'viewer: [{may: [see], layers: all}]\nviewer: [{may: [see], layers: [roads]}]',
        'viewer:\n- may: [see]\n  layers: all\n  layers: [roads]',
    ],
)
def test_a_rule_that_stands_twice_is_an_error(tmp_path: Path, text: str) -> None:
    """YAML takes the last one, and who wrote the first would think that it holds."""
    file = tmp_path / 'access.yml'
    file.write_text(text, encoding='utf-8')
    with pytest.raises(BadLocalityFile, match='twice'):
        load_policy(file)


def test_a_misspelt_key_is_told_with_the_right_one(tmp_path: Path) -> None:
    file = tmp_path / 'access.yml'
    file.write_text('viewer: [{may: [see], layer: all}]', encoding='utf-8')
    with pytest.raises(BadLocalityFile, match='Did you mean "layers"'):
        load_policy(file)


def test_values_of_rows_are_read_as_they_stand_there(tmp_path: Path) -> None:
    """YAML reads 012 as ten: the rule would show the rows of another unit."""
    file = tmp_path / 'access.yml'
    file.write_text('viewer: [{may: [see], layers: [wells], rows: {unit: [012, 13633, yes, 1.50, 0x1]}}]', 'utf-8')
    (rule,) = load_policy(file).root[Role.VIEWER]
    assert rule.rows == {'unit': ['012', '13633', 'yes', '1.50', '0x1']}


@pytest.mark.parametrize('target', ['nowhere.yml', 'access.yml'])
def test_a_link_that_leads_nowhere_does_not_give_the_rights_of_the_library(tmp_path: Path, target: str) -> None:
    folder = tmp_path / 'locality'
    shutil.copytree(NAM_DINH, folder)
    (folder / 'access.yml').symlink_to(target)
    with pytest.raises(BadLocalityFile, match='access'):
        load_locality(folder)


def test_rules_of_rows_that_never_apply_are_named() -> None:
    rules = [
        {'may': ['see'], 'layers': ['citizen_reports', 'schools', 'elevation'], 'rows': {'category': ['road', 'rood']}},
        {'may': ['see'], 'layers': ['citizen_reports'], 'rows': {'category': 'own', 'commune_code': ['1']}},
    ]
    described = [*SHIPPED.layers.values(), *SHIPPED.coverages.values()]
    idle = idle_rules(AccessPolicy.model_validate({'viewer': rules}), described)
    assert sorted(idle) == ['viewer: rows of elevation', 'viewer: rows of schools', 'viewer: rows: category: rood']


def test_rules_that_hide_rows_of_a_public_layer_by_name_are_named() -> None:
    """A rule about all layers is meant for those that are not public; schools are, cameras are not."""
    described = [*SHIPPED.layers.values()]
    assert SHIPPED.layers['schools'].access == 'public' != SHIPPED.layers['cameras'].access

    def named(layers: list[str] | str) -> list[str]:
        column = {'purpose': ['traffic']} if 'cameras' in layers else {'level': ['primary']}
        rule = {'may': ['see'], 'layers': layers, 'rows': column}
        return public_with_row_rules(AccessPolicy.model_validate({'viewer': [rule]}), described)

    assert named(['schools']) == ['schools']
    assert named(['cameras']) == []
    assert named('all') == []
