"""Geometry as the layer wants it: kind, dimension, validity, place."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from dothi.core.errors import DataRefused
from dothi.core.layer import GeometryType, Layer
from dothi.core.shape_flaws import flaw_in_words
from dothi.core.text import Text
from etl.formats.source import Geometries, Source, family
from etl.moving import without
from etl.report.problems import Finding

TYPE_NAMES = {kind.name.lower(): kind.value for kind in shapely.GeometryType}
WORDS = {
    'point': Text(vi='điểm', en='points'),
    'line': Text(vi='đường', en='lines'),
    'polygon': Text(vi='vùng', en='polygons'),
}
MAKERS: dict[str, Any] = {
    'MultiPoint': shapely.multipoints,
    'MultiLineString': shapely.multilinestrings,
    'MultiPolygon': shapely.multipolygons,
}
SINGLE = {'MultiPoint': 'Point', 'MultiLineString': 'LineString', 'MultiPolygon': 'Polygon'}


class WrongKind(DataRefused):
    """The file has points where the layer has polygons, or the like."""


@dataclass(frozen=True)
class Shaped:
    """Geometries of the layer's type in two dimensions, None where there is none; and how many lost a Z or M."""

    geometry: Geometries
    findings: list[Finding]
    flattened: int


def must_be_the_kind(source: Source, layer: Layer, geometry: Geometries) -> None:
    """Raises WrongKind where nothing is of the layer's kind: by the file's declaration, or else by what was seen."""
    layer_family = family(layer.geometry)
    kinds = {family(source.kind)} if source.kind else _families(geometry)
    kinds.discard(None)
    if not kinds or layer_family in kinds:
        return
    file_family = next(iter(kinds))
    has, wants = WORDS[file_family or ''], WORDS[layer_family or '']
    raise WrongKind(
        vi=f'{source.name} chứa {has.vi}, nhưng lớp "{layer.title.vi}" cần {wants.vi} ({layer.geometry}). '
        f'Gửi tệp có {wants.vi}, hoặc chọn lớp khác.',
        en=f'{source.name} has {has.en}, but the layer "{layer.title.en}" needs {wants.en} ({layer.geometry}). '
        f'Send {wants.en}, or choose another layer.',
    )


def fit(geometry: Geometries, target_type: GeometryType) -> Shaped:
    """`geometry` as `wanted`: single parts promoted, collections of one part demoted, Z and M dropped."""
    present = ~shapely.is_missing(geometry)
    deep = present & (shapely.has_z(geometry) | shapely.has_m(geometry))
    flat = shapely.force_2d(geometry) if deep.any() else geometry
    empty = ~present | shapely.is_empty(flat)
    shaped = _promote(flat, target_type) if target_type in SINGLE else _demote(flat, target_type)
    wrong = ~empty & (shapely.get_type_id(shaped) != TYPE_NAMES[target_type.lower()])
    shaped = without(shaped, empty | wrong)
    findings = [_empty(empty), _wrong(wrong, flat, target_type)]
    return Shaped(shaped, [finding for finding in findings if finding.rows.size], int(deep.sum()))


def invalid(geometry: Geometries) -> NDArray[np.bool_]:
    """Which geometries break the rules of simple features, such as a polygon that crosses itself."""
    return np.asarray(~shapely.is_valid(geometry) & ~shapely.is_missing(geometry))


def invalid_finding(geometry: Geometries, bad: NDArray[np.bool_]) -> Finding:
    """What is wrong with the geometries that are `bad`, and where, in the coordinates that they are in."""
    rows = np.flatnonzero(bad)
    return Finding('geometry_invalid', rows, [_reason(text) for text in shapely.is_valid_reason(geometry[rows])])


def _reason(text: str) -> Text:
    flaw = flaw_in_words(text)
    return Text(
        vi=f'hình học sai: {flaw.vi}. Sửa hình tại đó.', en=f'the geometry is invalid: {flaw.en}. Correct it there.'
    )


def _families(geometry: Geometries) -> set[str | None]:
    kinds = np.unique(shapely.get_type_id(geometry))
    names = {value: name for name, value in TYPE_NAMES.items()}
    return {family(names[int(kind)]) for kind in kinds if int(kind) in names}


def _promote(geometry: Geometries, target_type: GeometryType) -> Geometries:
    single = np.flatnonzero(shapely.get_type_id(geometry) == TYPE_NAMES[SINGLE[target_type].lower()])
    promoted = geometry.copy()
    if single.size:
        promoted[single] = MAKERS[target_type](geometry[single], indices=np.arange(single.size))
    return promoted


def _demote(geometry: Geometries, target_type: GeometryType) -> Geometries:
    multi = TYPE_NAMES[f'multi{target_type.lower()}']
    lone = (shapely.get_type_id(geometry) == multi) & (shapely.get_num_geometries(geometry) == 1)
    demoted = geometry.copy()
    demoted[lone] = shapely.get_geometry(geometry[lone], 0)
    return demoted


def _empty(empty: NDArray[np.bool_]) -> Finding:
    says = Text(vi='không có hình học. Vẽ thêm hoặc xóa hàng.', en='has no geometry. Draw it, or delete the row.')
    return Finding('geometry_empty', np.flatnonzero(empty), says)


def _wrong(wrong: NDArray[np.bool_], geometry: Geometries, target_type: GeometryType) -> Finding:
    rows = np.flatnonzero(wrong)
    says = [
        Text(
            vi=f'hình học là {part.geom_type} ({shapely.get_num_geometries(part)} phần), lớp cần {target_type}. '
            'Tách thành nhiều hàng hoặc vẽ lại.',
            en=f'the geometry is a {part.geom_type} of {shapely.get_num_geometries(part)} parts, the layer needs '
            f'{target_type}. Split it into rows, or draw it again.',
        )
        for part in geometry[rows]
    ]
    return Finding('geometry_kind', rows, says)
