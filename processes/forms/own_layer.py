"""A result as a layer of the planner's own: its layer file, and its features as they are delivered."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from dothi.core.access.classes import AccessClass
from dothi.core.clock import local_day
from dothi.core.errors import EnvironmentMissing, Forbidden, WrongUse
from dothi.core.layer import Checks, Column, Layer, Publish, Source
from dothi.core.locality import CATALOGUE, Locality, locality_zone
from dothi.core.text import LANGUAGES, Lang, Text
from etl.formats.source import Geometries
from etl.geopackage import add_layer
from processes.forms.numbers import format_day
from processes.forms.stored import Source as Origin
from processes.forms.stored import StoredResult
from processes.outputs import unit_for
from processes.reading.geojson_layers import FEATURE_ID, RequestLayer, layer_of_features

# Nobody delivers it again, so it is never late; and another result under its name may hold anything.
NEVER, ANYTHING = 'P100Y', Checks(lost_rows_share=1, moved_share=1)
LICENCE = 'internal-use'


class NotKept(WrongUse):
    """The result cannot become a layer."""


class NameTaken(WrongUse):
    """A layer of the locality has this id."""


class NobodyKeeps(EnvironmentMissing):
    """The locality does not say in whose name results are kept."""


class SeenBySome(Forbidden):
    """The result comes from what not everybody sees who would see the layer."""


def must_be_open(readings: Collection[str], access_class: AccessClass) -> None:
    """Raises SeenBySome where whoever keeps a result sees more of a layer behind it than everybody does.

    All who work with the platform see what is kept. readings: ids of the layers behind the result.
    """
    guarded = ', '.join(sorted(access_class.sights.keys() & set(readings)))
    if guarded:
        raise SeenBySome(
            vi=f'Kết quả lấy từ lớp không phải ai cũng xem được ({guarded}); lớp được giữ thì mọi người đều xem. '
            'Hãy để người chỉ xem được phần chung chạy lại và giữ.',
            en=f'The result comes from layers of which not everybody sees all ({guarded}), and everybody sees what is '
            'kept. Have somebody run and keep it who sees what all see.',
        )


def must_be_free(layer_id: str, place: Locality) -> None:
    """Raises NameTaken for the id of a layer or coverage that was not kept from a result."""
    if layer_id in place.own:
        return
    if layer_id == CATALOGUE or layer_id in place.layers or layer_id in place.coverages:
        raise NameTaken(
            vi=f'Đầu vào "id": đã có lớp "{layer_id}". Đặt mã khác.',
            en=f'Input "id": there is a layer "{layer_id}" already. Choose another id.',
        )


def features_of(stored: StoredResult, layer_id: str, title: Text) -> RequestLayer:
    """The result's features with one kind of geometry; raises NotKept, BadFeatures."""
    if not stored.is_features or not stored.features:
        raise NotKept(
            vi=f'Kết quả "{stored.output}" không có đối tượng nào để giữ làm lớp.',
            en=f'The result "{stored.output}" has no features to be kept as a layer.',
        )
    return layer_of_features(layer_id, title.vi, stored.document)


def own_layer(
    request_layer: RequestLayer, title: Text, stored: StoredResult, origins: Sequence[Origin], place: Locality
) -> Layer:
    """The layer file of a kept result; raises NobodyKeeps."""
    kept_results_options = place.place.kept_results
    if kept_results_options is None:
        raise NobodyKeeps(
            vi='locality.yml chưa có "kept_results": cơ quan và chủ đề của các kết quả được giữ. Hãy thêm.',
            en='locality.yml lacks "kept_results": agency and theme of the results that are kept. Add it.',
        )
    columns = {name: _own_column(name, column, stored) for name, column in request_layer.layer.columns.items()}
    return Layer(
        id=request_layer.layer.id,
        title=title,
        description=Text(**{lang: origin_of(stored, origins, lang) for lang in LANGUAGES}),
        theme=kept_results_options.theme,
        agency=kept_results_options.agency,
        access='internal',
        licence=LICENCE,
        update_cycle=NEVER,
        geometry=request_layer.layer.geometry,
        key=_key_columns(request_layer),
        columns=columns,
        source=Source(crs=place.place.crs),
        checks=ANYTHING,
        publish=Publish(search=[name for name in ('name', *_key_columns(request_layer)) if name in columns][:1]),
    )


def origin_of(stored: StoredResult, origins: Sequence[Origin], lang: Lang) -> str:
    """What the record says: process, job, day, and the releases of the layers behind it."""
    from_layers = ', '.join(f'{origin.title.pick(lang)} {origin.release}' for origin in origins)
    process, on = stored.process.title.pick(lang), format_day(local_day(stored.finished_at, locality_zone()), lang)
    if lang == 'vi':
        text = f'Kết quả của "{process}" ({stored.process_id}, tác vụ {stored.job_id}), tính ngày {on}'
        return f'{text}, từ các bản phát hành: {from_layers}.' if from_layers else f'{text}.'
    text = f'Result of "{process}" ({stored.process_id}, job {stored.job_id}), computed on {on}'
    return f'{text} from the releases: {from_layers}.' if from_layers else f'{text}.'


def _own_column(name: str, column: Column, stored: StoredResult) -> Column:
    """The column under its title in both languages, with its unit."""
    title = Text(**{lang: stored.words(lang).title(name) for lang in LANGUAGES})
    unit = unit_for(name, stored.members) if column.type in ('integer', 'number') else None
    return column.model_copy(update={'title': title, 'unit': unit})


def _key_columns(request_layer: RequestLayer) -> list[str]:
    """The code or the feature's id, the first that names each feature; none where neither does."""
    names = list(request_layer.layer.columns)
    for name in ('code', FEATURE_ID):
        if name in names:
            values = [row[names.index(name)] for row in request_layer.rows]
            if None not in values and len(set(values)) == len(values):
                return [name]
    return []


def write_features(request_layer: RequestLayer, shapes: Geometries, srid: int, target: Path) -> None:
    """The features as the GeoPackage that is delivered. shapes: in the system `srid`, in the order of the rows."""
    columns = {name: column.type for name, column in request_layer.layer.columns.items()}
    rows: list[dict[str, Any]] = [dict(zip(columns, row, strict=True)) for row in request_layer.rows]
    add_layer(target, request_layer.layer.id, columns, rows, list(shapes), srid)
