"""Which of several layers in a file is meant."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from shlex import quote

from dothi.core.layer import Layer
from dothi.core.text import Text, search_key
from etl.doctor.columns import fits
from etl.formats.errors import AmbiguousLayer, LayerNotStored, NoLayerInFile
from etl.formats.source import Source, family
from etl.formats.together import ALL, are_alike, together

SHOWN = 20


def choose(sources: Sequence[Source], layer: Layer, name: str, named_layer: str | None) -> Source:
    """The only one; or the one with the layer's name; or the only one whose geometry, and columns if any do, fit.

    named_layer: the name that the sender gave, or ALL for those of the layer's geometry as one table. Raises
    NoLayerInFile for a name that is not there, LayerNotStored for a layer that is not read, and AmbiguousLayer.
    """
    readable = [source for source in sources if source.refusal is None]
    if named_layer == ALL:
        return _all(readable, layer, name)
    chosen = _choose(readable or sources if named_layer is None else sources, layer, name, named_layer)
    if chosen.refusal is not None:
        raise LayerNotStored(
            vi=f'{name}: lớp "{chosen.layer}" {chosen.refusal.vi}.',
            en=f'{name}: the layer "{chosen.layer}" {chosen.refusal.en}.',
        )
    return chosen


def _choose(sources: Sequence[Source], layer: Layer, name: str, named_layer: str | None) -> Source:
    candidates = _with_name(sources, name, named_layer) if named_layer is not None else sources
    if not candidates:
        raise NoLayerInFile(vi=f'{name} không có lớp dữ liệu nào.', en=f'{name} has no data layer.')
    if len(candidates) == 1:
        return candidates[0]
    fitting = [source for source in candidates if _fits(source, layer)]
    # Where no columns fit, the kind of geometry tells at least what the columns are to be asked for.
    alike = fitting or [source for source in candidates if _is_kind(source, layer)]
    for choices in (_named_like(candidates, layer), _named_like(alike, layer), alike):
        if len(choices) == 1:
            return choices[0]
    raise _ambiguous(alike or candidates, layer, name)


def _all(sources: Sequence[Source], layer: Layer, name: str) -> Source:
    fitting = [source for source in sources if _is_kind(source, layer)]
    if not fitting:
        raise NoLayerInFile(
            vi=f'{name} không có lớp nào hợp với "{layer.title.vi}". Các lớp trong tệp: {_listed(sources)}.',
            en=f'{name} has no layer that fits "{layer.title.en}". Its layers: {_listed(sources)}.',
        )
    return fitting[0] if len(fitting) == 1 else together(fitting, name)


def _with_name(sources: Sequence[Source], name: str, named_layer: str) -> list[Source]:
    key = search_key(named_layer)
    matching = [source for source in sources if key in _own_names(source) | {search_key(source.name)}]
    if matching:
        return matching
    listed = _listed(sources)
    raise NoLayerInFile(
        vi=f'{name} không có lớp "{named_layer}". Các lớp trong tệp: {listed}.',
        en=f'{name} has no layer "{named_layer}". Its layers: {listed}.',
    )


def _named_like(sources: Sequence[Source], layer: Layer) -> list[Source]:
    names = {search_key(layer.id), search_key(layer.title.vi), search_key(layer.title.en)}
    return [source for source in sources if names & _own_names(source)]


def _own_names(source: Source) -> set[str]:
    """The name of the layer inside its file; or that of a file inside its archive."""
    if source.layer is not None:
        return {search_key(source.layer)}
    path = PurePosixPath(source.name)
    return {search_key(path.stem), search_key(path.name)}


def _fits(source: Source, layer: Layer) -> bool:
    return _is_kind(source, layer) and fits(source.columns, layer, source.names_cut_at)


def _is_kind(source: Source, layer: Layer) -> bool:
    return source.kind != 'None' and family(source.kind) in (None, family(layer.geometry))


def _ambiguous(sources: Sequence[Source], layer: Layer, name: str) -> AmbiguousLayer:
    listed, first = _listed(sources), sources[0]
    option = f'--source-layer {quote(first.layer or first.name)}'
    all_vi, all_en = (
        f', tất cả như một bảng bằng --source-layer "{ALL}"',
        f', all as one table with --source-layer "{ALL}"',
    )
    if not are_alike(sources):
        all_vi = all_en = ''
    return AmbiguousLayer(
        vi=f'{name} có nhiều lớp và không rõ lớp nào là "{layer.title.vi}": {listed}. '
        'Gửi riêng lớp đó, hoặc cho biết lớp nào.',
        en=f'{name} has several layers, and which one is "{layer.title.en}" is not clear: {listed}. '
        'Send that one alone, or say which one it is.',
        steward=Text(vi=f'Chọn bằng {option}{all_vi}.', en=f'Choose it with {option}{all_en}.'),
    )


def _listed(sources: Sequence[Source]) -> str:
    names = [f'{source.layer or source.name} ({source.kind or "?"})' for source in sources]
    return ', '.join(names[:SHOWN] + ['…'] * (len(names) > SHOWN))
