"""The app's routes; which one an address leads to is remembered: looking for it tries some fifty patterns."""

import re
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any

from werkzeug.routing import Map, Rule, RuleFactory
from werkzeug.routing.exceptions import NoMatch, RequestPath
from werkzeug.routing.matcher import StateMachineMatcher

from dothi.api.http.remembered import Remembered

# Longer ones are rarely asked for twice.
LONGEST_PATH = 200
MOST_PATHS = 10_000
# There are as many addresses of tiles as places: those that differ in zoom, row and column only lead to one rule.
TILE = re.compile(r'(/.+/tiles/[^/]+)/(\d{1,9})/(\d{1,9})/(\d{1,9})', re.ASCII)
# What rules come to, by their patterns: their parts, how addresses are put together again, and their converters.
COMPILED: dict[tuple[str, str | None, str | None, bool | None], tuple[Any, Any, Any]] = {}
ANY_TILE = ('1000000001', '1000000002', '1000000003')


class RememberingMatcher(StateMachineMatcher):
    """Finds the rule of a path as werkzeug does, once for each of the paths that were asked for lately."""

    def __init__(self, merge_slashes: bool) -> None:
        super().__init__(merge_slashes)
        self._matches: Remembered[tuple[str, ...], tuple[Rule, MutableMapping[str, Any]]] = Remembered(MOST_PATHS)

    def match(self, domain: str, path: str, method: str, websocket: bool) -> tuple[Rule, MutableMapping[str, Any]]:
        """The rule and the values in the path; raises as werkzeug's does where there is none."""
        if websocket or len(path) > LONGEST_PATH:
            return super().match(domain, path, method, websocket)
        tile = TILE.fullmatch(path)
        return (tile and self._match_tile(domain, tile, method)) or self._match_once(domain, path, method)

    def _match_tile(self, domain: str, tile: re.Match[str], method: str) -> tuple[Rule, dict[str, Any]] | None:
        """The rule of any tile there; None where it does not take zoom, row and column each as a value."""
        try:
            rule, values = self._match_once(domain, '/'.join([tile[1], *ANY_TILE]), method)
        except (NoMatch, RequestPath):
            return None
        if sorted(value for value in values.values() if value in ANY_TILE) != [*ANY_TILE]:
            return None
        numbers = dict(zip(ANY_TILE, tile.groups()[1:], strict=True))
        return rule, {name: numbers.get(value, value) for name, value in values.items()}

    def _match_once(self, domain: str, path: str, method: str) -> tuple[Rule, dict[str, Any]]:
        question = (domain, path, method)
        match = self._matches.get(question)
        if match is None:
            match = super().match(domain, path, method, False)
            self._matches.keep(question, match)
        rule, values = match
        # whoever gets the values may change them
        return rule, dict(values)


class LazyRule(Rule):
    """A rule whose pattern is taken apart once in each process, and whose functions that build addresses at their use.

    Doing both for all rules takes half of the time that an app takes to be made, after each release anew.
    """

    def compile(self) -> None:
        """As werkzeug's; takes over what an equal rule of an earlier app has come to."""
        pattern = (self.rule, self.host, self.subdomain, self.merge_slashes)
        if pattern not in COMPILED:
            super().compile()
            COMPILED[pattern] = self._parts, self._trace, self._converters
            return
        self._parts, self._trace, self._converters = COMPILED[pattern]
        self.arguments |= self._converters.keys()
        self._build = self._compile_builder(False).__get__(self, None)
        self._build_unknown = self._compile_builder(True).__get__(self, None)

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        """A function that puts the compiled one in its own place."""
        name = '_build_unknown' if append_unknown else '_build'
        compile_now = super()._compile_builder

        def compile_and_build(rule: LazyRule, **values: Any) -> tuple[str, str]:
            build: Callable[..., tuple[str, str]] = compile_now(append_unknown).__get__(rule, None)
            setattr(rule, name, build)
            return build(**values)

        return compile_and_build


class RememberingMap(Map):
    """Rules of an app, found by a RememberingMatcher. They are complete before the first request."""

    def __init__(self, rules: Iterable[RuleFactory] | None = None, **named: Any) -> None:
        super().__init__(**named)
        self._matcher = RememberingMatcher(self.merge_slashes)
        for rule in rules or ():
            self.add(rule)
