"""OGC API - Coverages: cells of another size, and in another system."""

import pytest

from tests.api.conformance.conftest import Api
from tests.api.conformance.test_coverages_subsetting import EPSG, GRID, GROUND, part

CLASSES = (
    'https://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/scaling-spatial',
    'http://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/scaling',
    'https://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/crs',
    'http://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/crs',
)
AREA = {'subset': 'E(570000:572000),N(2250000:2251000)'}


def test_scaling_spatial_by_resolution(internal: Api) -> None:
    """/resolution, /native-resolution: the distance between samples is the one that is asked for; empty is native."""
    values, bounds = part(internal.get(GROUND, **AREA, resolution='E(100),N(250)'))
    assert (values.shape, bounds) == ((1, 4, 20), (570000, 2250000, 572000, 2251000))
    for native in ('', 'E(),N()', 'E()'):
        assert part(internal.get(GROUND, **AREA, resolution=native))[0].shape == (1, 20, 40)
    degrees, _ = part(internal.get(GRID, resolution='Lat(0.05),Lon(0.1)'))
    assert degrees.shape == (2, 13, 7)


def test_scaling_spatial_by_width_and_height(internal: Api) -> None:
    """/width-and-height: exactly so many; an axis that is not named keeps its number; a box is filled."""
    assert part(internal.get(GROUND, **AREA, width=7, height=3))[0].shape == (1, 3, 7)
    assert part(internal.get(GROUND, **AREA, width=7))[0].shape == (1, 20, 7)
    beyond = {'bbox': '105,20,107,21', 'width': 50, 'height': 25}
    values, bounds = part(internal.get(GRID, **beyond))
    assert (values.shape, bounds) == ((2, 25, 50), pytest.approx((105, 20, 107, 21)))


def test_scaling_spatial_refusals(internal: Api) -> None:
    """/resolution-invalid-axis, and numbers that are none."""
    for query in ({'resolution': 'Lat(1)'}, {'resolution': 'E(0)'}, {'resolution': 'E(-1)'}, {'width': '0'},
                  {'width': '1.5'}, {'height': 'x'}):  # fmt: skip
        assert internal.get(GROUND, **query).status_code == 400, query


def test_scaling_by_factor_axes_and_size(internal: Api) -> None:
    """The draft's parameters: all axes, each axis, or a number of cells; one way at a time."""
    ways: list[tuple[dict[str, float | str], tuple[int, int, int]]] = [
        ({'scale_factor': 2}, (1, 10, 20)),
        ({'scale_factor': 0.5}, (1, 40, 80)),
        ({'scale_axes': 'E(4),N(5)'}, (1, 4, 10)),
        ({'scale_axes': 'E(4)'}, (1, 20, 10)),
        ({'scale_size': 'E(8),N(6)'}, (1, 6, 8)),
    ]
    for query, shape in ways:
        assert part(internal.get(GROUND, **AREA, **query))[0].shape == shape, query
    assert internal.get(GROUND, **AREA, scale_factor=2, scale_axes='E(2)').status_code == 400


def test_crs_every_advertised_system_is_answered_in(internal: Api) -> None:
    """/crs-definition: by URI and CURIE; header and content agree; bbox-crs and subset-crs take the same systems."""
    document = internal.json('/collections/elevation')
    assert {f'{EPSG}/9209', f'{EPSG}/4326', f'{EPSG}/3857', f'{EPSG}/3405'} <= set(document['crs'])
    for crs in document['crs']:
        answer = internal.get(GROUND, bbox='106.16,20.3,106.18,20.31', crs=crs)
        assert answer.headers['Content-Crs'] == f'<{crs}>'
        corners = [float(corner) for corner in answer.headers['Content-Bbox'].split(',')]
        x, y = (1, 0) if crs.endswith('/4326') else (0, 1)
        _, bounds = part(answer)
        assert bounds == pytest.approx((corners[x], corners[y], corners[x + 2], corners[y + 2]))
        again = internal.get(GROUND, bbox=answer.headers['Content-Bbox'], bbox_crs=crs, crs=crs)
        assert again.headers['Content-Bbox'] == answer.headers['Content-Bbox']
    for unknown in ('[EPSG:32648]', 'EPSG:0', 'none'):
        assert internal.get(GROUND, crs=unknown).status_code == 400
