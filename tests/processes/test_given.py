"""Features that are sent along, or that an earlier job has found, stand where a collection may stand."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pyproj import Transformer

from dothi.core.locality import Locality
from processes.inputs import LayerRef
from processes.queue.manager import run_process
from processes.reading.geojson_layers import BadFeatures, layer_of_features
from processes.reading.request_layers import _table_name
from processes.reading.validation import InvalidInput
from tests.forked import ForkedProcess
from tests.processes.conftest import ORIGIN
from tests.processes.executing import execute
from tests.processes.town import Loader, Town

POINT = {'type': 'Point', 'coordinates': [106.2, 20.4]}


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {'type': 'FeatureCollection', 'features': list(features)}


def feature(geometry: dict[str, Any] | None, **properties: Any) -> dict[str, Any]:
    return {'type': 'Feature', 'geometry': geometry, 'properties': properties}


def place(locality: Locality, x: int, y: int) -> dict[str, Any]:
    """A GeoJSON point of a place that is told in metres from the town's corner."""
    to_wgs84 = Transformer.from_crs(_proj(locality), 'EPSG:4326', always_xy=True)
    return {'type': 'Point', 'coordinates': list(to_wgs84.transform(ORIGIN[0] + x, ORIGIN[1] + y))}


def _proj(locality: Locality) -> str:
    from dothi.core.crs import proj_string

    return proj_string(locality.srid)


def test_the_columns_of_a_document_come_from_its_properties() -> None:
    made = layer_of_features(
        'x', 'x', collection(feature(POINT, a=1, b=1.5, c='x', d=True), feature(POINT, a=2, b=3, c=None))
    )
    types = {name: column.type for name, column in made.layer.columns.items()}
    assert types == {'feature_id': 'text', 'a': 'integer', 'b': 'number', 'c': 'text', 'd': 'boolean'}
    assert made.rows == [['1', 1, 1.5, 'x', True], ['2', 2, 3, None, None]]


def test_values_of_several_kinds_become_text() -> None:
    made = layer_of_features('x', 'x', collection(feature(POINT, a=1), feature(POINT, a='b'), feature(POINT, a=[1])))
    assert [row[1] for row in made.rows] == ['1', 'b', '[1]']


def test_numbers_beyond_what_a_column_of_integers_holds_are_numbers() -> None:
    """A column of integers ends at 2⁶³ − 1."""
    made = layer_of_features('x', 'x', collection(feature(POINT, most=2**63 - 1, more=2**63)))
    assert (made.layer.columns['most'].type, made.layer.columns['more'].type) == ('integer', 'number')


def test_a_property_called_like_a_column_of_ours_gets_another_name() -> None:
    made = layer_of_features('x', 'x', collection(feature(POINT, id=7, geom='g')))
    assert list(made.layer.columns) == ['feature_id', 'id_', 'geom_']


def test_one_area_in_parts_makes_all_areas_have_parts() -> None:
    square = [[[106, 20], [106.1, 20], [106.1, 20.1], [106, 20]]]
    made = layer_of_features(
        'x',
        'x',
        collection(
            feature({'type': 'Polygon', 'coordinates': square}),
            feature({'type': 'MultiPolygon', 'coordinates': [square]}),
        ),
    )
    assert made.layer.geometry == 'MultiPolygon'
    assert {shape.geom_type for shape in made.shapes} == {'MultiPolygon'}


TRIANGLE = {'type': 'Polygon', 'coordinates': [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
BOW = {'type': 'Polygon', 'coordinates': [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}


@pytest.mark.parametrize(
    ('document', 'reason'),
    [
        ({'type': 'FeatureCollection'}, '"features"'),
        ({'type': 'FeatureCollection', 'features': [3]}, '"features"'),
        (collection(feature(POINT), feature(None)), 'number 2 has no readable geometry'),
        (collection(feature({'type': 'Point', 'coordinates': []})), 'number 1'),
        (collection(feature({'type': 'Circle'})), 'number 1 has no readable geometry'),
        (collection(feature({'type': 'Point', 'coordinates': [560_000, 2_230_000]})), 'outside longitude and latitude'),
        (collection(feature(BOW)), 'invalid geometry .self-intersection at'),
        (collection(feature(POINT), feature(TRIANGLE)), 'one kind'),
        ({**collection(feature(POINT)), 'crs': {'properties': {'name': 'EPSG:9209'}}}, 'RFC 7946'),
        ({**collection(feature(POINT)), 'crs': {'properties': None}}, 'RFC 7946'),
        ({**collection(feature(POINT)), 'crs': {'properties': 'EPSG:4326'}}, 'RFC 7946'),
        (collection(feature(POINT), {**feature(POINT), 'properties': [1]}), 'number 2 has "properties" that are no'),
        (collection({**feature(POINT), 'properties': 'x'}), 'number 1 has "properties" that are no'),
        (collection({**feature(POINT), 'properties': {'': 1}}), 'no name'),
        (collection({**feature(POINT), 'properties': {'a\0': 1}}), 'strange character'),
        (collection(feature(POINT, a='x\0')), 'strange character in "a"'),
        (collection(feature(POINT, a=['\ud800'])), 'strange character in "a"'),
    ],
)
def test_a_document_that_will_not_do_says_which_feature_and_why(document: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadFeatures, match=reason):
        layer_of_features('x', 'x', document)


def test_no_two_properties_share_a_column_and_none_takes_one_of_the_table() -> None:
    """`id` and `xmin` are the table's own, and `id_` is a property already."""
    made = layer_of_features('x', 'x', collection(feature(POINT, id=1, id_=2, xmin=3, name='a')))
    assert dict(zip(made.layer.columns, made.rows[0], strict=True)) == {
        'feature_id': '1', 'id__': 1, 'id_': 2, 'xmin_': 3, 'name': 'a',
    }  # fmt: skip


def test_long_names_that_differ_at_their_ends_stay_apart() -> None:
    """PostgreSQL cuts names after 63 bytes, of which ệ takes three."""
    long = 'tỷ_lệ_' * 12
    made = layer_of_features('x', 'x', collection(feature(POINT, **{f'{long}1': 1, f'{long}2': 2, 'k' * 63: 3})))
    assert [*made.layer.columns][3] == 'k' * 63
    assert len({name.encode()[:63] for name in made.layer.columns}) == 4


def town(loader: Loader, grid_town: Callable[..., Town]) -> None:
    loader.town(
        grid_town(
            blocks=2, side_m=500, homes=[(0, 0), (1000, 1000)], people=[3, 5], facilities=[(0, 0)],
            zones={'A': (-10, -10, 1010, 1010)},
        )
    )  # fmt: skip


def coverage(facilities: str | dict[str, Any], zones: str | dict[str, Any] = 'communes', **more: Any) -> dict[str, Any]:
    asked = {'facilities': facilities, 'distance_m': 100, 'zones': zones, **more}
    return json.loads(execute('service-coverage', asked, 'internal'))


def test_facilities_that_are_sent_along_count_like_those_of_a_collection(
    loader: Loader, grid_town: Callable[..., Town], worker: ForkedProcess, locality: Locality
) -> None:
    town(loader, grid_town)
    sent = collection(feature(place(locality, 0, 0), kind='a'), feature(place(locality, 1000, 1000), kind='b'))
    assert coverage('health_facilities')['summary']['population_covered'] == 3
    assert coverage(sent)['summary']['population_covered'] == 8
    assert coverage({'features': sent, 'filter': "kind = 'b'"})['summary']['population_covered'] == 5


def test_whatever_a_text_holds_arrives_as_it_was_sent(
    loader: Loader, grid_town: Callable[..., Town], worker: ForkedProcess, locality: Locality
) -> None:
    """Also what means something to COPY: a line that could end the data, tabs, the mark of null."""
    town(loader, grid_town)
    odd = ['a\n\\.\nb', 'c\td', '\\N', '', 'e\r\n"f",g']
    sent = collection(*[feature(place(locality, 0, 0), kind=text) for text in odd])
    assert coverage(sent)['summary']['facilities'] == len(odd)
    for text in ('', '\\N', 'c\td'):
        found = coverage({'features': sent, 'filter': f"kind = '{text}'"})['summary']
        assert found['facilities'] == 1, text


def test_the_result_of_a_job_is_an_input_of_the_next_and_its_releases_count_as_read(
    loader: Loader, grid_town: Callable[..., Town], worker: ForkedProcess
) -> None:
    town(loader, grid_town)
    first = run_process('service-coverage', {'facilities': 'health_facilities', 'distance_m': 100}, 'internal')
    again = run_process(
        'service-coverage',
        {'facilities': 'health_facilities', 'distance_m': 100, 'zones': {'job': first.job_id}},
        'internal',
    )
    found = json.loads(again.result.content())
    assert [(one['id'], one['properties']['population_covered']) for one in found['features']] == [('A', 3)]
    assert found['summary']['results'] == [first.job_id]
    assert again.releases == first.releases


def test_of_several_outputs_of_a_job_the_one_that_is_named_is_read(
    loader: Loader, grid_town: Callable[..., Town], worker: ForkedProcess
) -> None:
    """In the gaps of an analysis nobody lives within reach; in its zones somebody does."""
    town(loader, grid_town)
    asked = {'facilities': 'health_facilities', 'distance_m': 100}
    first = run_process('service-coverage', {**asked, 'gaps': True}, 'internal')
    gaps = coverage('health_facilities', zones={'job': first.job_id, 'output': 'gaps'})
    assert len(gaps['features']) == len(json.loads(first.results['gaps'].content())['features']) > 0
    assert gaps['summary']['zones'] == f'job:{first.job_id}/gaps'
    assert [one['properties']['population_covered'] for one in gaps['features']] == [0] * len(gaps['features'])
    with pytest.raises(Exception, match='no GeoJSON result "streets"'):
        coverage('health_facilities', zones={'job': first.job_id, 'output': 'streets'})


def test_points_are_no_zones_wherever_they_come_from(
    loader: Loader, grid_town: Callable[..., Town], worker: ForkedProcess, locality: Locality
) -> None:
    town(loader, grid_town)
    sent = collection(feature(place(locality, 0, 0)))
    with pytest.raises(InvalidInput, match=r'"zones".*Point'):
        coverage('health_facilities', zones=sent)


def test_an_output_is_of_a_job_and_each_has_a_table_of_its_own() -> None:
    job = '0b0c3c5e-8a0e-4d55-b0a6-3f3a5b7f9c11'
    one, other = LayerRef(job=job), LayerRef(job=job, output='gaps')
    assert (one.reference, other.reference) == (f'job:{job}', f'job:{job}/gaps')
    assert _table_name(one) == 'job_0b0c3c5e8a0e4d55b0a63f3a5b7f9c11'
    assert _table_name(other) not in (_table_name(one), _table_name(LayerRef(job=job, output='result')))
    with pytest.raises(ValueError, match='output is of jobs'):
        LayerRef(collection='schools', output='gaps')


def test_a_job_that_nobody_knows_is_named(
    loader: Loader, grid_town: Callable[..., Town], worker: ForkedProcess
) -> None:
    town(loader, grid_town)
    with pytest.raises(Exception, match='no job "00000000-0000-0000-0000-000000000000"'):
        coverage({'job': '00000000-0000-0000-0000-000000000000'})
    with pytest.raises(Exception, match='no job "x"'):
        coverage({'job': 'x'})


def test_a_layer_is_named_by_what_it_holds() -> None:
    one, other = LayerRef(features=collection(feature(POINT))), LayerRef(features=collection(feature(POINT, a=1)))
    assert one.reference != other.reference
    assert one.reference == LayerRef(features=collection(feature(POINT))).reference
