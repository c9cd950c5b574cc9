"""Why a page holds nothing, where the reason is likely a slip: a box beside the layer, or with its axes swapped."""

from dataclasses import dataclass

from dothi.api.http.parameters import request_parameters
from dothi.api.items.features import Page
from dothi.api.items.query import Query
from dothi.core.catalog import Release
from dothi.core.text import Text


@dataclass(frozen=True)
class Reason:
    """What to tell, what the link to a better request is called, and that request's parameters."""

    text: Text
    way_out: Text
    parameters: dict[str, str]


def reason_for_none(query: Query, release: Release, page: Page) -> Reason | None:
    """The reason why `page` is empty, or None where it is not, or is rightly so."""
    if page.returned or query.box is None or release.extent_wgs84 is None:
        return None
    parameters = {name: value for name, value in request_parameters().items() if name not in ('offset', 'cursor')}
    extent = ','.join(map(str, release.extent_wgs84))
    match query.box.misses(release.extent_wgs84):
        case 'swapped':
            return _reason_swapped(parameters)
        case 'outside':
            return _reason_outside(parameters, extent)
        case None:
            return None


def _reason_swapped(query: dict[str, str]) -> Reason:
    box = query['bbox'].split(',')
    half = len(box) // 2
    turned = [box[1], box[0], *box[2:half], box[half + 1], box[half], *box[half + 2 :]]
    return Reason(
        Text(
            vi=f'bbox={query["bbox"]} nằm ngoài lớp này, nhưng sẽ nằm trong nếu đổi chỗ hai trục. Thứ tự trục theo '
            'bbox-crs; khi không có bbox-crs là kinh độ trước, vĩ độ sau.',
            en=f'bbox={query["bbox"]} lies outside of this layer, and would not with its axes swapped. Their order is '
            'that of bbox-crs; without bbox-crs longitude comes before latitude.',
        ),
        Text(vi='Cùng yêu cầu với hai trục đổi chỗ', en='The same request with the axes swapped'),
        query | {'bbox': ','.join(turned)},
    )


def _reason_outside(parameters: dict[str, str], extent: str) -> Reason:
    return Reason(
        Text(
            vi=f'bbox={parameters["bbox"]} nằm ngoài lớp này. Phạm vi của lớp theo CRS84 là {extent}.',
            en=f'bbox={parameters["bbox"]} lies outside of this layer, whose extent in CRS84 is {extent}.',
        ),
        Text(vi='Cùng yêu cầu trong phạm vi của lớp', en="The same request within the layer's extent"),
        {name: value for name, value in parameters.items() if name != 'bbox-crs'} | {'bbox': extent},
    )
