"""Features of two results, matched by what names them in both, and the difference of every number that they tell.

Pure functions on the documents. A number that only counts features (1, 2, 3, …) names nothing: the third of one list
need not be the third of the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from processes.forms.figure import AFTER, BEFORE, DIFFERENCE
from processes.forms.tables import Feature

CODE = 'code'
# Decimals of a difference beyond those of both numbers are of the machine's arithmetic.
DECIMALS = 9
# Of the smaller result: so many of its features have to be in the other one too, for a member to be their name.
MATCHED_SHARE = 0.5


@dataclass(frozen=True)
class Matched:
    """Features with the same name; None where one result lacks it."""

    name: str
    before: Feature | None
    after: Feature | None

    @property
    def state(self) -> str:
        """Which of the results has it."""
        return 'both' if self.before and self.after else 'only_before' if self.before else 'only_after'


def match_features(before: Sequence[Feature], after: Sequence[Feature]) -> tuple[str | None, list[Matched]]:
    """By what features are matched (`code`, `id`, or a member with texts), and all features of both in order.

    None, and no features, where nothing names them in both results.
    """
    key = _naming_member(before, after)
    if key is None:
        return None, []
    old, new = ({_name_of(feature, key): feature for feature in features} for features in (before, after))
    names = dict.fromkeys([*new, *old])
    return key, [Matched(name, old.get(name), new.get(name)) for name in names]


def numeric_members(documents: Iterable[dict[str, Any]], left_out: Iterable[str] = ()) -> list[str]:
    """The members that are numbers wherever they are known, in the order in which they come first."""
    kinds: dict[str, set[bool]] = {}
    for document in documents:
        for name, value in document.items():
            if value is not None:
                kinds.setdefault(name, set()).add(_is_number(value))
    return [name for name, numeric in kinds.items() if numeric == {True} and name not in {*left_out}]


def word_members(documents: Iterable[dict[str, Any]]) -> list[str]:
    """The members that say yes or no wherever they are known."""
    kinds: dict[str, set[bool]] = {}
    for document in documents:
        for name, value in document.items():
            if value is not None:
                kinds.setdefault(name, set()).add(isinstance(value, bool))
    return [name for name, plain in kinds.items() if plain == {True}]


def difference(before: Any, after: Any) -> float | int | None:
    """after - before; None where one of them is not known."""
    if before is None or after is None:
        return None
    value = after - before
    return value if isinstance(value, int) else round(value, DECIMALS)


def compared_properties(matched: Matched, members: Sequence[str], words: Sequence[str]) -> dict[str, Any]:
    """The name and state of a feature, and of each member its difference, and what it was before and after."""
    old = matched.before['properties'] if matched.before else {}
    new = matched.after['properties'] if matched.after else {}
    labels = {name: new.get(name, old.get(name)) for name in (CODE, 'name') if name in {**old, **new}}
    properties = {**labels, 'state': matched.state}
    for member in members:
        properties[member + DIFFERENCE] = difference(old.get(member), new.get(member))
    for member in (*members, *words):
        properties |= {member + BEFORE: old.get(member), member + AFTER: new.get(member)}
    return properties


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _naming_member(before: Sequence[Feature], after: Sequence[Feature]) -> str | None:
    """The member by which features of both results are named, each by one of its own."""
    if not before or not after:
        features = [*before, *after]
        return next((key for key in _candidates(features, features) if _names_each(features, key)), None)
    for key in _candidates(before, after):
        if _names_each(before, key) and _names_each(after, key):
            old, new = ({_name_of(feature, key) for feature in features} for features in (before, after))
            if len(old & new) >= MATCHED_SHARE * min(len(old), len(new)):
                return key
    return None


def _candidates(before: Sequence[Feature], after: Sequence[Feature]) -> list[str]:
    texts = [
        name
        for name in (before[0]['properties'] if before else {})
        if all(isinstance(feature['properties'].get(name), str) for feature in (*before, *after))
    ]
    ids = [] if _are_counted(before) and _are_counted(after) else ['id']
    return [*dict.fromkeys([*([CODE] if CODE in texts else []), *ids, *texts])]


def _are_counted(features: Sequence[Feature]) -> bool:
    return [feature.get('id') for feature in features] == [*range(1, len(features) + 1)]


def _name_of(feature: Feature, key: str) -> str:
    return str(feature.get('id') if key == 'id' else feature['properties'][key])


def _names_each(features: Sequence[Feature], key: str) -> bool:
    if key == 'id' and any(feature.get('id') is None for feature in features):
        return False
    return len({_name_of(feature, key) for feature in features}) == len(features)
