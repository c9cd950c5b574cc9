"""The locality: a folder of data that says everything about one province, read and checked."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from dothi.core.access.guards import Guard, guards_of
from dothi.core.access.policy import AccessPolicy, load_policy
from dothi.core.citizen_reporting import CitizenReporting
from dothi.core.coverage import Coverage
from dothi.core.crs import srid_of
from dothi.core.document import Document
from dothi.core.errors import DothiError, NotFound
from dothi.core.layer import Audience, Layer, Register
from dothi.core.locality_file import BadLayerFile, BadLocalityFile, csv_rows, parse_file, parse_value, read_yaml
from dothi.core.locality_folder import locality_file, locality_files, locality_folders, require_shipped
from dothi.core.norms import BadNormsFile, Norm, norms_version, read_norms
from dothi.core.place import Agency, Place, TimeZone
from dothi.core.settings import PathSettings
from dothi.core.text import Text

# Nobody may do anything.
NO_RULES = AccessPolicy({})
# The collection of records, which no layer can be.
CATALOGUE = 'catalogue'


class UnknownLayer(NotFound):
    """No layer of the locality has this id."""


class NoReporting(NotFound):
    """The locality takes no reports of citizens."""


@dataclass(frozen=True)
class Locality:
    """A locality with its layers and coverages; a file of theirs that is not right is in `broken`, the rest works."""

    path: Path
    place: Place
    agencies: dict[str, Agency]
    layers: dict[str, Layer]
    broken: dict[str, DothiError] = field(default_factory=dict)
    coverages: dict[str, Coverage] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    # Titles by id in the order of the legend; empty where the locality names none.
    themes: dict[str, Text] = field(default_factory=dict)
    norm_values: tuple[Norm, ...] = ()
    # ids of the layers that planners kept from results of analyses; they are in `layers` like any other
    own: frozenset[str] = frozenset()
    # who may do what, by role
    policy: AccessPolicy = NO_RULES
    # as whom it is seen (dothi/core/access/classes.py); the layers that not everybody sees like this, those of them
    # with restricted columns, and those of which some rows are seen
    access_class: str = ''
    claimed: frozenset[str] = frozenset()
    masked: frozenset[str] = frozenset()
    row_limited: frozenset[str] = frozenset()
    # as its files say, where this is how somebody sees it
    unfiltered: 'Locality | None' = None

    def file(self, name: Path | str) -> Path:
        """The locality's file `name`: its own, or that of the library where it takes from it."""
        return locality_file(self.path, name)

    @cached_property
    def srid(self) -> int:
        """EPSG number of the working CRS."""
        return srid_of(self.place.crs)

    @cached_property
    def guards(self) -> dict[str, Guard]:
        """What the database keeps from who may not see it, by layer or coverage."""
        return guards_of(self.policy, [*self.layers.values(), *self.coverages.values()])

    @property
    def whole(self) -> 'Locality':
        """The locality as its files say, whoever sees it here."""
        return self.unfiltered or self

    def hides_rows(self, collection_id: str) -> bool:
        """Whether not everybody who works with the platform sees all rows of the layer or coverage."""
        guard = self.whole.guards.get(collection_id)
        return guard is not None and guard.hides_rows

    def shows_all_of(self, collection_id: str) -> bool:
        """Whether who sees the locality like this sees every row and column of the layer or coverage."""
        data = self.layers.get(collection_id) or self.coverages.get(collection_id)
        columns = data.columns.values() if isinstance(data, Layer) else ()
        return (
            data is not None
            and data.access != 'restricted'
            and collection_id not in self.row_limited
            and all(column.access != 'restricted' for column in columns)
        )

    @property
    def citizen_reporting(self) -> CitizenReporting | None:
        """How citizens report, where they can; the layer that reports become features of is there then."""
        rules = self.whole.place.citizen_reports
        return rules if rules and rules.layer in self.whole.layers else None

    def require_reporting(self) -> CitizenReporting:
        """How citizens report; raises NoReporting where they do not."""
        if self.citizen_reporting is None:
            raise NoReporting(
                vi='Địa phương không nhận phản ánh của người dân.', en='The locality takes no reports of citizens.'
            )
        return self.citizen_reporting

    def layer(self, layer_id: str) -> Layer:
        """The layer `layer_id`; raises what is wrong with its file, or UnknownLayer with the nearest id."""
        if layer_id in self.broken:
            raise self.broken[layer_id]
        if layer_id not in self.layers:
            raise UnknownLayer.with_suggestion(
                layer_id,
                [*self.layers, *self.coverages],
                vi=f'Không có lớp "{layer_id}".',
                en=f'There is no layer "{layer_id}".',
            )
        return self.layers[layer_id]

    def described(self, collection_id: str) -> Layer | Coverage:
        """The layer or coverage `collection_id`; raises as `layer` does."""
        return self.coverages.get(collection_id) or self.layer(collection_id)

    def layers_for(self, audience: Audience) -> dict[str, Layer]:
        """The layers that `audience` may see."""
        return {name: layer for name, layer in self.layers.items() if layer.visible_to(audience)}

    def coverages_for(self, audience: Audience) -> dict[str, Coverage]:
        """The coverages that `audience` may see."""
        return {name: coverage for name, coverage in self.coverages.items() if coverage.visible_to(audience)}

    def theme_title(self, theme: str) -> Text:
        """What people call `theme`: its title, or its id where `themes.yml` does not name it."""
        return self.themes.get(theme, Text(vi=theme, en=theme))

    def theme_titles(self, used: Iterable[str]) -> dict[str, Text]:
        """Titles of the themes that are `used`, in the order of `themes.yml`, then by id."""
        order = [*self.themes]
        ordered_themes = sorted(
            set(used), key=lambda theme: (order.index(theme) if theme in order else len(order), theme)
        )
        return {theme: self.theme_title(theme) for theme in ordered_themes}

    def norms(self, norm: str, on: date) -> list[Norm]:
        """The values of `norm` that are in force on the day `on`; raises what is wrong with `norms.csv`."""
        if 'norms' in self.broken:
            raise self.broken['norms']
        return [value for value in self.norm_values if value.norm == norm and value.in_force(on)]

    @cached_property
    def norms_version(self) -> str:
        """Changes when any value of a norm does."""
        return norms_version(self.norm_values)

    def register(self, register: Register, on: date) -> dict[str, dict[str, str]]:
        """Rows of a register by code: those that meet `where` and are in force on the day `on`."""
        rows = [row for row in csv_rows(self.file(register.file)) if _matches(row, register.where)]
        return {row[register.key]: row for row in rows if _in_force(row, on)}


def load_locality(path: Path) -> Locality:
    """The locality in the folder `path`; raises BadLocalityFile where `locality.yml` or `agencies.yml` is wrong."""
    place = parse_file(Place, path / 'locality.yml')
    require_shipped(path / 'locality.yml', place.library)
    agencies = _agencies(path)
    broken: dict[str, DothiError] = {}
    themes = _listed(Text, locality_file(path, 'themes.yml'), broken)
    files = {kind: locality_files(path, kind) for kind in ('layers', 'coverages')}
    layers = _load_all(Layer, files['layers'], place, agencies, themes, broken)
    coverages = _load_all(Coverage, files['coverages'], place, agencies, themes, broken)
    for name in layers.keys() & coverages.keys():
        del layers[name], coverages[name]
        broken[name] = _named_twice(path, name)
    documents = _listed(Document, locality_file(path, 'documents.yml'), broken)
    norms = _norms(locality_file(path, 'norms.csv'), broken)
    _require_fitting_reports(path / 'locality.yml', place, layers, broken)
    policy = load_policy(locality_file(path, 'access.yml'))
    return Locality(path, place, agencies, layers, broken, coverages, documents, themes, norms, policy=policy)


def _require_fitting_reports(file: Path, place: Place, layers: dict[str, Layer], broken: dict[str, DothiError]) -> None:
    """Raises BadLocalityFile where reports of citizens cannot become features of the layer that the file names."""
    rules = place.citizen_reports
    # what is wrong with the layer's own file is told there, and there are no reports meanwhile
    if rules is None or rules.layer in broken:
        return
    if rules.layer not in layers:
        raise BadLocalityFile.with_suggestion(
            rules.layer,
            layers,
            vi=f'{file}, khóa citizen_reports.layer: không có lớp "{rules.layer}".',
            en=f'{file}, key citizen_reports.layer: there is no layer "{rules.layer}".',
        )
    misfit = rules.misfit(layers[rules.layer])
    if misfit:
        raise BadLocalityFile(
            vi=f'{file}, khóa citizen_reports: không khớp với lớp ({misfit}). Hãy sửa lại.',
            en=f'{file}, key citizen_reports: {misfit}. Correct it.',
        )


def _agencies(path: Path) -> dict[str, Agency]:
    """Offices by id: those of the library, where the locality takes from it, and its own beside or in place of them."""
    files = [folder / 'agencies.yml' for folder in reversed(locality_folders(path))]
    there = [file for file in files if file.exists()] or files[-1:]
    return {name: parse_value(Agency, value, file, name) for file in there for name, value in read_yaml(file).items()}


def locality_zone() -> ZoneInfo:
    """The time zone of the locality that the settings name; raises BadLocalityFile.

    Other keys of the file may be wrong: what lists times needs this one only.
    """
    file = PathSettings().locality / 'locality.yml'
    return _zone_of(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _zone_of(file: Path, _changed: int) -> ZoneInfo:
    named = {key: value for key, value in read_yaml(file).items() if key == 'time_zone'}
    return parse_value(TimeZone, named, file, None).zone


def _norms(file: Path, broken: dict[str, DothiError]) -> tuple[Norm, ...]:
    """The values of norms; none where, as `broken` then says, the file is not right."""
    try:
        return read_norms(file)
    except BadNormsFile as error:
        broken[file.stem] = error
        return ()


def _listed[M: BaseModel](model: type[M], file: Path, broken: dict[str, DothiError]) -> dict[str, M]:
    """What `file` lists, by id; nothing where it is absent or, as `broken` then says, not right."""
    if not file.exists():
        return {}
    try:
        return {name: parse_value(model, value, file, name) for name, value in read_yaml(file).items()}
    except BadLocalityFile as error:
        broken[file.stem] = error
        return {}


def _load_all[M: Layer | Coverage](
    model: type[M],
    files: list[Path],
    place: Place,
    agencies: dict[str, Agency],
    themes: dict[str, Text],
    broken: dict[str, DothiError],
) -> dict[str, M]:
    """What the files describe, by name; those that are not right go into `broken`."""
    models: dict[str, M] = {}
    for file in files:
        try:
            models[file.stem] = load_described(model, file, place, agencies, themes)
        except BadLayerFile as error:
            broken[file.stem] = error
    return models


def _named_twice(path: Path, name: str) -> BadLayerFile:
    layer_file, other = (locality_file(path, f'{kind}/{name}.yml') for kind in ('layers', 'coverages'))
    return BadLayerFile(
        vi=f'{layer_file} và {other}: cùng mã "{name}". Đổi tên một tệp.',
        en=f'{layer_file} and {other}: both have the id "{name}". Rename one of them.',
    )


def load_described[M: Layer | Coverage](
    model: type[M], file: Path, place: Place, agencies: dict[str, Agency], themes: dict[str, Text] | None = None
) -> M:
    """The layer or coverage that `file` describes; raises BadLayerFile that names file, key and fix.

    themes: those that the locality names; where it names none, any will do.
    """
    layer = parse_value(model, _content_of(file, place), file, None, BadLayerFile)
    if layer.id != file.stem:
        raise BadLayerFile(
            vi=f'{file}, khóa id: "{layer.id}" khác tên tệp. Đổi thành "{file.stem}" hoặc đổi tên tệp.',
            en=f'{file}, key id: "{layer.id}" differs from the file\'s name. Make it "{file.stem}", or rename it.',
        )
    if layer.id == CATALOGUE:
        raise BadLayerFile(
            vi=f'{file}, khóa id: "{CATALOGUE}" là tên của danh mục. Đặt tên khác.',
            en=f'{file}, key id: "{CATALOGUE}" is what the catalogue is called. Take another name.',
        )
    if layer.agency not in agencies:
        raise BadLayerFile.with_suggestion(
            layer.agency,
            agencies,
            vi=f'{file}, khóa agency: không có cơ quan "{layer.agency}" trong agencies.yml.',
            en=f'{file}, key agency: agencies.yml has no "{layer.agency}".',
        )
    if themes and layer.theme not in themes:
        raise BadLayerFile.with_suggestion(
            layer.theme,
            themes,
            vi=f'{file}, khóa theme: không có chủ đề "{layer.theme}" trong themes.yml.',
            en=f'{file}, key theme: themes.yml has no "{layer.theme}".',
        )
    return layer


def _content_of(file: Path, place: Place) -> dict[str, Any]:
    """What the file says; deliveries are expected in the locality's working CRS where it names no other."""
    content = read_yaml(file, BadLayerFile)
    source = content.get('source', {})
    return content | ({'source': {'crs': place.crs} | source} if isinstance(source, dict) else {})


def _matches(row: dict[str, str], where: dict[str, str]) -> bool:
    return all(row[name] == value for name, value in where.items())


def _in_force(row: dict[str, str], on: date) -> bool:
    begins, ends = _day(row.get('valid_from', '')), _day(row.get('valid_to', ''))
    return (begins is None or begins <= on) and (ends is None or on < ends)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
