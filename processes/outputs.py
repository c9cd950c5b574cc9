"""What a process answers with: outputs, the members of results with their titles and units, and files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from dothi.core.place import Level
from dothi.core.text import LANGUAGES, Text
from dothi.core.units import ucum
from processes.forms.numbers import SHARE, format_number, unit_of
from processes.geojson import GEOJSON, JSON
from processes.norm_words import CLAUSES, CONDITIONS, MEASURED_FROM, NORMS, SUBJECTS


@dataclass(frozen=True)
class Member:
    """A member of a result as people read it: in a map's legend, in tables, in a report.

    unit: as in layer files; `share` is 0 to 1 and read in per cent; None is what the name says (`length_m`), and ''
    none. codes: words for values that are codes of ours. low_first: low values tell a planner more. by_data: its
    parts are named by data, such as the codes of units or the columns of a layer, and have no titles. year: a number
    without a sign between thousands. levels: its values are levels of units.
    """

    title: Text
    unit: str | None = None
    codes: Mapping[Any, Text] | None = None
    low_first: bool = False
    by_data: bool = False
    year: bool = False
    levels: bool = False

    @classmethod
    def of_input(cls, metadata: Mapping[str, Any]) -> Self:
        """The member that repeats an input, by the metadata of the input's field."""
        codes = {code: Text(**words) for code, words in (metadata.get('choices') or {}).items()}
        return cls(Text(**metadata['title']), metadata.get('unit'), codes or None, levels=bool(metadata.get('levels')))

    def filled(self, placeholders: Mapping[str, str]) -> Self:
        """The member with values in place of the placeholders of its title: the number `{bound}`, a kind in words."""
        titles = {}
        for lang in LANGUAGES:
            bound = placeholders.get('bound', '').replace('_', '.')
            number = {'bound': format_number(float(bound), lang)} if bound else {}
            kinds = {name: SUBJECTS[code].pick(lang) for name, code in placeholders.items() if code in SUBJECTS}
            titles[lang] = self.title.pick(lang).format_map({**placeholders, **kinds, **number})
        return replace(self, title=Text(**titles))


def name_levels(members: Mapping[str, Member], levels: Mapping[str, Level]) -> dict[str, Member]:
    """The members, those that are levels of units with the locality's words for them."""
    codes = {name: level.title for name, level in levels.items()}
    return {name: replace(member, codes=codes) if member.levels else member for name, member in members.items()}


def find_member(name: str, members: Mapping[str, Member]) -> Member | None:
    """The member `name`, or the one whose pattern fits it: `{criterion}_score`, `people_to_{bound}_m`."""
    if name in members:
        return members[name]
    for pattern, member in members.items():
        if '{' in pattern and (match := _pattern(pattern).fullmatch(name)):
            return member.filled(match.groupdict())
    return None


def fits_member(name: str, pattern: str) -> bool:
    """Whether a member is that of this name, or of this pattern."""
    return name == pattern or ('{' in pattern and _pattern(pattern).fullmatch(name) is not None)


@lru_cache
def _pattern(name: str) -> re.Pattern[str]:
    """`{bound}` stands for a number whose decimal point is an underscore, any other placeholder for any text."""
    escaped = re.sub(r'\\{(\w+)\\}', r'(?P<\1>.+)', re.escape(name))
    return re.compile(escaped.replace('(?P<bound>.+)', '(?P<bound>[0-9]+(?:_[0-9]+)?)'))


def unit_for(name: str, members: Mapping[str, Member]) -> str | None:
    """The unit of a member: as it is declared, else as its name says."""
    member = find_member(name, members)
    return unit_of(name) if member is None or member.unit is None else member.unit


def describe_members(members: Mapping[str, Member]) -> dict[str, Any]:
    """JSON schema of an object with these members, units in UCUM; those whose name is a pattern are left out."""
    described: dict[str, dict[str, Any]] = {}
    for name, member in members.items():
        if '{' not in name:
            unit = unit_for(name, members)
            ucum_unit = {'x-ogc-unit': '1' if unit == SHARE else ucum(unit)} if unit else {}
            described[name] = {'title': member.title.model_dump(), **ucum_unit}
    return {'type': 'object', 'properties': described}


def shared(*names: str) -> dict[str, Member]:
    """Members that several analyses have, by name."""
    return {name: SHARED[name] for name in names}


@dataclass(frozen=True)
class ResultFile:
    """A result that is a file: where the run wrote it, what it is called when handed over, and how much it holds."""

    path: Path
    media_type: str
    name: str
    rows: int


@dataclass(frozen=True)
class Output:
    """One of the results that a process has.

    media_types: of its value, the usual one first; of several, a file.
    members: the properties of its features by name, the most telling number first: that is what a map shows.
    schema: JSON schema of a value that is neither GeoJSON nor a file.
    """

    title: Text
    media_types: tuple[str, ...] = (GEOJSON,)
    schema: dict[str, Any] | None = None
    members: Mapping[str, Member] = field(default_factory=dict)

    def describe(self, summary: Mapping[str, Member]) -> dict[str, Any]:
        """Title and schema, as a process description has them. summary: members of the whole."""
        schemas = [self.schema or self._value_schema(media_type, summary) for media_type in self.media_types]
        return {'title': self.title.model_dump(), 'schema': schemas[0] if len(schemas) == 1 else {'oneOf': schemas}}

    def _value_schema(self, media_type: str, summary: Mapping[str, Member]) -> dict[str, Any]:
        if media_type == JSON or not self.members:
            kind = {'type': 'object'} if media_type in (GEOJSON, JSON) else {'type': 'string'}
            encoding = {} if media_type in (GEOJSON, JSON) else {'contentEncoding': 'binary'}
            return {**kind, **encoding, 'contentMediaType': media_type}
        feature = {'type': 'object', 'properties': {'properties': describe_members(self.members)}}
        parts = {'features': {'type': 'array', 'items': feature}, 'summary': describe_members(summary)}
        return {'type': 'object', 'contentMediaType': media_type, 'properties': parts}


@dataclass(frozen=True)
class ZoneFeatures(Output):
    """A feature for each zone, under its code and name."""

    def __post_init__(self) -> None:
        object.__setattr__(self, 'members', {**self.members, **shared('code', 'name')})


MEASURED = {
    'network': Text(vi='theo đường đi', en='along the roads'),
    'straight-line': Text(vi='theo đường thẳng', en='in a straight line'),
    'straight-line, between centres of cells': Text(
        vi='theo đường thẳng, giữa tâm các ô', en='in a straight line between centres of cells'
    ),
}
VARIED = {
    'weight': Text(vi='trọng số', en='weight'),
    'limits': Text(vi='ngưỡng kém nhất và tốt nhất', en='worst and best value'),
    'longest_way': Text(vi='quãng đường tối đa', en='longest acceptable way'),
}
SHARED = {
    'code': Member(Text(vi='Mã', en='Code')),
    'name': Member(Text(vi='Tên', en='Name')),
    'kind': Member(Text(vi='Loại', en='Kind'), codes=SUBJECTS),
    'parent_code': Member(Text(vi='Mã cấp trên', en='Code of the unit above')),
    'population': Member(Text(vi='Dân số', en='Population')),
    'people': Member(Text(vi='Số người', en='People')),
    'population_outside_zones': Member(Text(vi='Dân số ngoài các vùng', en='Population outside the zones')),
    'facilities': Member(Text(vi='Số cơ sở', en='Facilities')),
    'roads_cut': Member(Text(vi='Đường bị vật cản cắt', en='Roads cut by barriers')),
    'area_ha': Member(Text(vi='Diện tích', en='Area'), 'ha'),
    'area_km2': Member(Text(vi='Diện tích', en='Area'), 'km2'),
    'features': Member(Text(vi='Số đối tượng', en='Features')),
    'features_outside': Member(Text(vi='Đối tượng ngoài các vùng', en='Features outside the zones')),
    'by_norm': Member(Text(vi='Theo quy chuẩn', en='By norm')),
    'reference_date': Member(Text(vi='Ngày tham chiếu', en='Reference date')),
    'norm_date': Member(Text(vi='Tiêu chuẩn có hiệu lực ngày', en='Norms in force on')),
    'scenario': Member(Text(vi='Kịch bản', en='Scenario')),
    'units_without_outline': Member(Text(vi='Đơn vị chưa có ranh giới', en='Units without an outline')),
    'unit': Member(Text(vi='Đơn vị tính', en='Unit')),
    'value': Member(Text(vi='Giá trị', en='Value')),
    # of what is tried beside what was said
    'stays_share': Member(Text(vi='Số lần thử vẫn được chọn', en='Chosen in so many of the tries'), 'share'),
    'variations': Member(Text(vi='Độ nhạy', en='Sensitivity')),
    'varied': Member(Text(vi='Thay đổi', en='Varied'), codes=VARIED),
    'by_pct': Member(Text(vi='Bao nhiêu', en='By'), '%'),
    'sites_staying': Member(Text(vi='Vị trí vẫn được chọn', en='Sites that stay')),
}
# What a norm says, wherever a result cites one.
CITED = {
    'norm': Member(Text(vi='Tiêu chuẩn', en='Norm'), codes=NORMS),
    'subject': Member(Text(vi='Đối tượng', en='Subject'), codes=SUBJECTS),
    'class': Member(Text(vi='Cấp', en='Class')),
    'condition': Member(Text(vi='Điều kiện', en='Condition'), codes=CONDITIONS),
    'value': SHARED['value'],
    'unit': SHARED['unit'],
    'clause': Member(Text(vi='Điều khoản', en='Clause'), codes=CLAUSES),
    'verified': Member(Text(vi='Đã kiểm chứng', en='Verified')),
    'measured_from': Member(Text(vi='Đo từ', en='Measured from'), codes=MEASURED_FROM),
}
SCENARIO_PARTS = {
    'id': Text(vi='mã', en='id'),
    'name': Text(vi='tên', en='name'),
    'version': Text(vi='phiên bản', en='version'),
    'digest': Text(vi='mã băm', en='digest'),
}
# What every result says of its sources, and to its reader.
PROVENANCE = {
    'releases': Member(Text(vi='Bản phát hành', en='Releases'), by_data=True),
    'demo': Member(Text(vi='Dữ liệu minh họa', en='Demonstration data')),
    'applied_scenario': Member(Text(vi='Phương án', en='Scenario'), codes=SCENARIO_PARTS, by_data=True),
    'results': Member(Text(vi='Kết quả trước', en='Earlier results')),
    'norms': Member(Text(vi='Tiêu chuẩn', en='Norms')),
    'norms_version': Member(Text(vi='Phiên bản tiêu chuẩn', en='Version of the norms')),
    'caveats': Member(Text(vi='Lưu ý', en='Caveats')),
    'note': Member(Text(vi='Lưu ý', en='Note')),
}
