"""`access.yml`: which rules count, and that a file that is wrong lets nobody do anything."""

import shutil
from pathlib import Path
from uuid import uuid4

import pytest

from dothi.core.access.person import Action, Identity, Person, Role
from dothi.core.access.policy import AccessPolicy, idle_rules, load_policy
from dothi.core.locality import load_locality
from dothi.core.locality_file import BadLocalityFile
from tests.nam_dinh import NAM_DINH

RULES = AccessPolicy.model_validate(
    {
        'editor': [{'may': ['see'], 'layers': 'all'}, {'may': ['edit'], 'layers': ['schools']}],
        'focal_point': [{'may': ['deliver'], 'layers': 'own'}],
    }
)


def somebody(role: Role, *scopes: Action) -> Identity:
    person = Person(id=uuid4(), name='lan', title='Lan', role=role)
    return Identity(person=person, scopes=frozenset(scopes or Action))


def test_rules_add_up_and_what_no_rule_allows_is_not_allowed() -> None:
    editor = somebody(Role.EDITOR)
    allowed = {
        (action, layer): RULES.allows(editor, action, layer, ()) for action in Action for layer in ('schools', 'roads')
    }
    assert {key for key, may in allowed.items() if may} == {
        (Action.SEE, 'schools'), (Action.SEE, 'roads'), (Action.EDIT, 'schools')
    }  # fmt: skip


def test_own_layers_are_those_of_the_agency() -> None:
    focal_point = somebody(Role.FOCAL_POINT)
    assert RULES.allows(focal_point, Action.DELIVER, 'schools', {'schools'})
    assert not RULES.allows(focal_point, Action.DELIVER, 'roads', {'schools'})


def test_a_role_without_rules_may_do_nothing_and_a_key_no_more_than_its_scopes() -> None:
    assert RULES.actions(somebody(Role.ADMINISTRATOR)) == frozenset()
    assert RULES.actions(somebody(Role.EDITOR, Action.EDIT)) == {Action.EDIT}
    assert not RULES.allows(somebody(Role.EDITOR, Action.EDIT), Action.SEE, 'schools', ())


@pytest.mark.parametrize(
    ('text', 'named'),
    [
        ('editor: [{may: [see], layer: all}]', 'layer'),
        ('king: [{may: [see], layers: all}]', 'king'),
        ('editor: [{may: [fly], layers: all}]', 'fly'),
        ('editor: [{may: [], layers: all}]', 'may'),
        ('editor: {may: [see]}', 'editor'),
        ('- x', 'access.yml'),
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


def test_rules_about_layers_that_are_not_there_are_named() -> None:
    assert idle_rules(RULES, {'schools', 'roads'}) == []
    assert idle_rules(RULES, {'roads'}) == ['editor: schools']
    assert idle_rules(AccessPolicy.model_validate({'editor': [{'may': ['edit'], 'layers': []}]}), ()) == [
        'editor: layers: []'
    ]


def test_a_rule_that_would_not_be_kept_is_refused(tmp_path: Path) -> None:
    """Layers cannot be hidden from people yet: whoever wrote such a rule would believe that they are."""
    file = tmp_path / 'access.yml'
    for text in (
        'viewer: [{may: [see], layers: [schools]}]',
        'viewer: [{may: [edit, run], layers: own}]',
        'viewer: [{may: [publish], layers: [schools]}]',
    ):
        file.write_text(text, encoding='utf-8')
        with pytest.raises(BadLocalityFile, match='so far'):
            load_policy(file)


def test_who_acts_for_no_agency_has_no_layers_of_their_own() -> None:
    focal_point = somebody(Role.FOCAL_POINT)
    assert RULES.actions(focal_point) == frozenset()
    person = focal_point.person.model_copy(update={'agency': 'education'})
    assert RULES.actions(focal_point.model_copy(update={'person': person})) == {Action.DELIVER}
