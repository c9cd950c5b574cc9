"""Which view an address leads to: what is remembered is what werkzeug finds, for right and wrong addresses alike."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from dothi.api.routing import LONGEST_PATH, LazyRule, RememberingMap

RULES = (
    '/',
    '/api',
    '/api/<path:of>/items',
    '/api/<path:of>/items/<path:item>',
    '/api/<of>/tiles/<int:z>',
    '/p/<name>/',
    '/api/<path:of>/tiles/<set>/<z>/<row>/<col>',
    '/b/<path:all>',
    '/n/tiles/<set>/<int:z>/<int:row>/<int:col>',
)
PARTS = ('', 'api', 'a', 'b/c', 'items', 'tiles', '7', 'ế', '..', 'p', 'x' * (LONGEST_PATH + 1))


def _rules() -> list[Rule]:
    return [Rule(rule, endpoint=rule, methods=['GET', 'POST'] if '<' in rule else ['GET']) for rule in RULES]


PLAIN, REMEMBERING = Map(_rules()), RememberingMap(_rules())


def _answer(rules: Map, path: str, method: str) -> Any:
    try:
        return rules.bind('localhost').match(path, method)
    except HTTPException as error:
        return type(error), getattr(error, 'new_url', None), getattr(error, 'valid_methods', None)


@given(
    st.lists(st.sampled_from(PARTS), max_size=5).map(lambda parts: '/' + '/'.join(parts)),
    st.sampled_from(('GET', 'HEAD', 'POST', 'DELETE')),
)
def test_every_address_leads_where_werkzeug_leads_it_each_time(path: str, method: str) -> None:
    expected = _answer(PLAIN, path, method)
    assert [_answer(REMEMBERING, path, method) for _ in range(3)] == [expected] * 3


@given(
    st.sampled_from(('/api/a', '/api/b/c', '/api//a', '/b/a', '/n', '/p', '/api/1000000001', '/none')),
    st.lists(st.sampled_from(('0', '7', '012', '99999', '1000000001', '-1', 'x', '٣')), min_size=2, max_size=4),
    st.sampled_from(('GET', 'DELETE')),
)
def test_tiles_lead_where_werkzeug_leads_them(base: str, numbers: list[str], method: str) -> None:
    path = '/'.join([base, 'tiles', 'quad', *numbers])
    expected = _answer(PLAIN, path, method)
    assert [_answer(REMEMBERING, path, method) for _ in range(2)] == [expected] * 2


def test_a_view_that_changes_its_values_changes_them_for_itself_only() -> None:
    rules = RememberingMap(_rules())
    _, values = rules.bind('localhost').match('/api/a/items')
    assert isinstance(values, dict)
    values['of'] = 'changed'
    assert rules.bind('localhost').match('/api/a/items')[1] == {'of': 'a'}


def test_patterns_are_tried_once_for_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    rules, searches = RememberingMap(_rules()), []
    matcher: Any = type(rules._matcher).__mro__[1]
    search = matcher.match

    def counted(self: object, domain: str, path: str, method: str, websocket: bool) -> Any:
        searches.append(path)
        return search(self, domain, path, method, websocket)

    monkeypatch.setattr(matcher, 'match', counted)
    for path in ('/api/a/items', '/api/a/items', '/api/b/items', '/api/a/items'):
        rules.bind('localhost').match(path)
    assert searches == ['/api/a/items', '/api/b/items']


@pytest.mark.parametrize('append_unknown', [True, False])
def test_a_lazy_rule_builds_the_same_address_at_each_use(append_unknown: bool) -> None:
    lazy = Map([LazyRule(rule, endpoint=rule) for rule in RULES]).bind('localhost')
    plain = PLAIN.bind('localhost')
    values = {'of': 'a/b', 'set': 'ế', 'z': 1, 'row': 2, 'col': 3, 'item': '7', 'name': 'p', 'all': 'x', 'f': 'json'}
    for rule in RULES:
        answers = [lazy.build(rule, values, append_unknown=append_unknown) for _ in range(2)]
        assert answers == [plain.build(rule, values, append_unknown=append_unknown)] * 2
    assert lazy.build('/api/<path:of>/items', {'of': 'a/b', 'f': 'json'}) == '/api/a/b/items?f=json'


def test_a_rule_of_a_second_app_is_as_that_of_the_first() -> None:
    """What the first one has come to is taken over: addresses lead there, and are built, as for werkzeug's rules."""
    first, second = (RememberingMap([LazyRule(rule, endpoint=rule) for rule in RULES]) for _ in range(2))
    plain = Map(_rules())
    for path in ('/', '/api/a/b/items', '/api/a/items/7', '/api/a/tiles/7', '/p/x', '/n/tiles/s/1/2/3', '/none'):
        assert _answer(first, path, 'GET') == _answer(second, path, 'GET') == _answer(plain, path, 'GET'), path
    values: dict[str, dict[str, Any]] = {
        '/api/<of>/tiles/<int:z>': {'of': 'ế/a', 'z': 7, 'more': 1},
        '/p/<name>/': {'name': 'x'},
    }
    for endpoint, of_rule in values.items():
        built = {rules.bind('localhost').build(endpoint, of_rule) for rules in (first, second, plain)}
        assert len(built) == 1, built
    assert [rule.arguments for rule in first.iter_rules()] == [rule.arguments for rule in second.iter_rules()]
