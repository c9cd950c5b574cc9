"""A scenario as a run reads through it: the one place where layers, rasters and norms become what it makes of them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.errors import WrongUse
from dothi.core.layer import Audience, Layer
from dothi.core.locality import Locality
from dothi.core.norms import Norm
from dothi.core.released_raster import Raster
from dothi.core.text import Text
from processes.scenario.changes import NormValue
from processes.scenario.layer_overlay import LayerOverlay
from processes.scenario.norm_values import rows_meant, with_values
from processes.scenario.raster_overlay import changed_raster
from processes.scenario.reference import ScenarioRef

# So many keys of features are named in a caveat.
MOST_NAMED = 10


class ScenarioOfPresent(WrongUse):
    """A layer is asked for as it was at a time, and the scenario changes what it is now."""


class Overlay:
    """The changes of a version by what they change, and what came of them in this run.

    locality, audience: as whoever runs it sees them; what is not seen is not changed, and not spoken of.
    """

    def __init__(
        self, ref: ScenarioRef, changes: Sequence[dict[str, Any]], locality: Locality, audience: Audience
    ) -> None:
        self.ref = ref
        numbered = [{**change, 'number': number} for number, change in enumerate(changes, start=1)]
        layers, coverages = locality.layers_for(audience), locality.coverages_for(audience)
        self._layers = {
            name: LayerOverlay(layers[name], locality, audience, of_layer)
            for name, of_layer in _grouped(numbered, 'layer').items()
            if name in layers
        }
        self._rasters = {name: part for name, part in _grouped(numbered, 'coverage').items() if name in coverages}
        self._norms = {
            name: [NormValue.model_validate({key: value for key, value in change.items() if key != 'number'})
                   for change in part]
            for name, part in _grouped(numbered, 'norm').items()
        }  # fmt: skip
        self._titles = {name: data.title for name, data in (*layers.items(), *coverages.items())}
        self._changed_rasters: dict[str, Raster] = {}
        self._applied: set[str] = set()
        self._norms_gone: set[str] = set()

    def stage(self, db: Connection) -> None:
        """Makes the tables for the scenario's rows, before the run's snapshot."""
        for layer in self._layers.values():
            layer.create_table(db)

    def changes_layer(self, layer_id: str) -> bool:
        """Whether the scenario changes anything of the layer."""
        return layer_id in self._layers

    def rows(self, db: Connection, layer: Layer) -> sql.Composed:
        """SQL of the rows of a layer that the scenario changes."""
        self._applied.add(layer.id)
        return self._layers[layer.id].rows(db)

    def norms(self, norm: str, norms: list[Norm]) -> list[Norm]:
        """The rows of a norm, with the scenario's values."""
        changes = self._norms.get(norm, [])
        if not changes:
            return norms
        self._applied.add(norm)
        if not all(rows_meant(norms, change) for change in changes):
            self._norms_gone.add(norm)
        return with_values(norms, changes)

    def raster(self, raster: Raster, draft: Callable[[str], Path]) -> Raster:
        """The raster as the scenario changes it. draft: where the run may write a file of a name."""
        name = raster.coverage.id
        if name not in self._rasters:
            return raster
        self._applied.add(name)
        if name not in self._changed_rasters:
            files = draft(f'scenario_{name}.tif'), draft(f'scenario_{name}.vrt')
            self._changed_rasters[name] = changed_raster(raster, self._rasters[name], *files)
        return self._changed_rasters[name]

    @property
    def caveats(self) -> list[Text]:
        """What a reader of a result has to know of the scenario: what is gone, and what had no bearing on it."""
        caveats: list[Text] = []
        for name, layer in self._layers.items():
            for sentence, keys in ((_NOT_IN_LAYER, layer.missing_keys), (_IN_LAYER_NOW, layer.existing_keys)):
                caveats += [_list_keys(sentence, self._titles[name], keys)] if keys else []
        caveats += [_NORM_GONE.format(norm=norm) for norm in sorted(self._norms_gone)]
        if any(change['kind'] == 'dike' for name in self._changed_rasters for change in self._rasters[name]):
            caveats.append(_DIKE)
        unread = [name for name in (*self._layers, *self._rasters, *self._norms) if name not in self._applied]
        if unread:
            titles = Text.join(', ', [self._titles.get(name, Text(vi=name, en=name)) for name in unread])
            caveats.append(_UNREAD.format(names=titles))
        return caveats


def scenario_of_present(layer_id: str) -> ScenarioOfPresent:
    """The error for a layer as of a time that the scenario changes."""
    return ScenarioOfPresent(
        vi=f'Phương án thay đổi lớp "{layer_id}" của hiện tại. Bỏ datetime của lớp này, hoặc bỏ phương án.',
        en=f'The scenario changes "{layer_id}" as it is now. Leave out the datetime of that layer, or the scenario.',
    )


def _grouped(changes: Sequence[dict[str, Any]], member: str) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for change in changes:
        if member in change:
            groups.setdefault(change[member], []).append(change)
    return groups


def _list_keys(sentence: Text, title: Text, keys: Sequence[str]) -> Text:
    more = ', …' if len(keys) > MOST_NAMED else ''
    return sentence.format(count=len(keys), title=title, keys=', '.join(keys[:MOST_NAMED]) + more)


_NOT_IN_LAYER = Text(
    vi='Phương án đổi hoặc đóng {count} đối tượng nay không còn trong lớp {title}, nên không có tác dụng: {keys}.',
    en='Features that the scenario changes or closes are gone from {title}, which has no effect ({count}): {keys}.',
)
_IN_LAYER_NOW = Text(
    vi='{count} đối tượng mà phương án thêm vào nay đã có trong lớp {title}; tính theo phương án: {keys}.',
    en='Features that the scenario adds are in {title} by now, and count as the scenario has them ({count}): {keys}.',
)
_NORM_GONE = Text(
    vi='Phương án đổi một dòng nay không còn hiệu lực của quy chuẩn {norm}.',
    en='The scenario changes a row of the norm {norm} that is not in force any more.',
)
_DIKE = Text(
    vi='Đê của phương án nâng các ô của mô hình độ cao lên cao trình đỉnh; ô tính lớn hơn ô của raster lấy trung bình '
    'và có thể làm thấp đê.',
    en='A dike of the scenario raises cells of the elevation to its crest; cells of an analysis that are larger than '
    'those of the raster take their mean, and may lower the dike.',
)
_UNREAD = Text(
    vi='Phân tích này không đọc những gì phương án thay đổi ở: {names}.',
    en='This analysis does not read what the scenario changes of: {names}.',
)
