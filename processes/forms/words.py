"""Members of a result in words: titles with units, codes as people say them, norms as they are cited."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dothi.core.text import LANGUAGES, Lang, Text
from processes.forms.numbers import UNITS, unit_text, value_text
from processes.forms.unit_words import UnitNaming, without_names
from processes.norm_words import CONDITIONS, NORMS, SUBJECTS, class_words, clause_words
from processes.outputs import Member, find_member, unit_for

# What a job and a result say of the scenario that it was computed with (processes/scenario/reference.py).
# Of a part of a value: for programs, since a line of words has too few digits for it.
POSITION = 'coordinates'
VERSION_OF_SCENARIO = {'id', 'name', 'version', 'digest'}
SCENARIO_VERSION = Text(vi='{name} (phiên bản {version})', en='{name} (version {version})')
# Members that may hold the id of a layer: a layer without kinds is a kind itself.
NAMING = frozenset(('kind', 'service', 'layer', 'coverage', 'reports', 'area', 'zones'))
UNVERIFIED = Text(vi='chưa kiểm chứng với văn bản', en='not verified against the text')


@dataclass(frozen=True)
class MemberWords:
    """The members of a result in one language.

    data_titles: of layers and coverages, which a value may name by id. unit_name: of units that a filter names by code.
    """

    members: Mapping[str, Member]
    lang: Lang
    data_titles: Mapping[str, Text] = field(default_factory=dict)
    unit_name: UnitNaming = without_names

    def title(self, name: str) -> str:
        """The declared title; the name without its unit where a result of an earlier version has another member."""
        if member := find_member(name, self.members):
            return member.title.pick(self.lang)
        ending = max((end for end in UNITS if name.endswith(end)), key=len, default='')
        plain = name.removesuffix(ending).replace('_', ' ')
        return plain[:1].upper() + plain[1:]

    def heading(self, name: str) -> str:
        """Title and unit, as a table's column or a legend has them: `Tỷ lệ được phục vụ (%)`."""
        unit = unit_text(self.unit(name), self.lang)
        return self.title(name) + (f' ({unit})' if unit else '')

    def unit(self, name: str) -> str | None:
        """The unit of the member `name`; None where it has none."""
        return unit_for(name, self.members)

    def value(self, name: str, value: Any) -> str:
        """The value of the member `name` as one line."""
        member = find_member(name, self.members)
        if isinstance(value, int) and member and member.year:
            return str(value)
        if isinstance(value, str) and name in NAMING and value in self.data_titles:
            return self.data_titles[value].pick(self.lang)
        if member and member.codes and isinstance(value, str | list):
            return words_of_codes(value, member.codes, self.lang)
        if isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
            return '; '.join(self.value(name, part) for part in value)
        if isinstance(value, dict) and value.keys() != set(LANGUAGES):
            return self._parts(value, member)
        return value_text(value, self.lang, self.unit(name))

    def _parts(self, value: dict[str, Any], whole: Member | None) -> str:
        """A value with parts: a norm as it is cited, a scenario by name and version, any other part by part."""
        if value.get('clause'):
            return cite_norm(value, self.lang)
        if value.keys() == VERSION_OF_SCENARIO:
            return SCENARIO_VERSION.pick(self.lang).format_map(value)
        parts = ', '.join(self._part(key, part, whole) for key, part in value.items() if key != POSITION)
        return parts or value_text(None, self.lang)

    def _part(self, name: str, value: Any, whole: Member | None) -> str:
        """A part of a value: its title, and what it is; in brackets where that has parts of its own."""
        if whole and whole.by_data:
            words = whole.codes if whole.codes and name in whole.codes else self.data_titles
            title = words[name].pick(self.lang) if name in words else name
        else:
            title = self.title(name)
        phrase = self.value('' if whole and whole.by_data else name, value)
        return f'{title} ({phrase})' if isinstance(value, dict) else f'{title}: {phrase}'


def words_of_codes(value: str | list[Any], codes: Mapping[str, Text], lang: Lang) -> str:
    """A code, or several, in words; a code without words stands as it is."""
    listed = value if isinstance(value, list) else [value]
    words = [codes[code].pick(lang) if code in codes else value_text(code, lang) for code in listed]
    return '; '.join(words) or value_text(None, lang)


def cite_norm(norm: Mapping[str, Any], lang: Lang) -> str:
    """`Decree 14/2014/ND-CP, art. 11: power line, over 35 up to 110 kV: 4 m`, and whether anybody has verified it."""
    parts = [
        class_words(str(norm[name])).pick(lang) if name == 'class' else words_of_codes(str(norm[name]), codes, lang)
        for name, codes in (('norm', NORMS), ('subject', SUBJECTS), ('class', {}), ('condition', CONDITIONS))
        if norm.get(name) not in (None, 'any')
    ]
    clause = clause_words(str(norm['clause'])).pick(lang)
    value = value_text(norm.get('value'), lang, norm.get('unit'))
    doubt = f' ({UNVERIFIED.pick(lang)})' if norm.get('verified') is False else ''
    return f'{clause}: {", ".join(parts)}: {value}{doubt}' if parts else f'{clause}: {value}{doubt}'
