"""OGC API - Processes - Part 1, class OpenAPI 3.0: the document says all of what the other modules check."""

from openapi_spec_validator import validate

from tests.api.conformance.conftest import Api, links

CLASSES = ['http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/oas30']
MEDIA_TYPE = 'application/vnd.oai.openapi+json;version=3.0'
EDITORS_ONLY = (
    'deliver-layer', 'preview-delivery', 'decide-delivery', 'roll-back', 'settle-conflict', 'indicators', 'keep-result',
    'report-study',
)  # fmt: skip


def test_the_landing_page_leads_to_an_oas30_document(api: Api) -> None:
    """/req/oas30/oas-definition-1, -2"""
    landing = api.json('')
    (document,) = [one for one in links(landing, 'service-desc') if one['hreflang'] == 'en']
    assert document['type'] == MEDIA_TYPE
    answer = api.get(document['href'])
    assert answer.headers['Content-Type'] == MEDIA_TYPE
    validate(answer.json())
    assert links(landing, 'service-doc', 'text/html')


def test_every_operation_is_described(api: Api) -> None:
    """/req/oas30/oas-impl, /completeness: each process with the schema of its own inputs."""
    paths = api.document()['paths']
    for one in api.json('/processes')['processes']:
        described = api.json(f'/processes/{one["id"]}', lang='en')
        assert 'get' in paths[f'/processes/{one["id"]}']
        body = paths[f'/processes/{one["id"]}/execution']['post']['requestBody']
        inputs = body['content']['application/json']['schema']['properties']['inputs']
        assert set(inputs['properties']) == set(described['inputs'])
        needed = {name for name, about in described['inputs'].items() if about['minOccurs']}
        assert set(inputs.get('required', [])) == needed
    for where, method in (
        ('/processes', 'get'),
        ('/jobs', 'get'),
        ('/jobs/{jobId}', 'get'),
        ('/jobs/{jobId}', 'delete'),
        ('/jobs/{jobId}/results', 'get'),
        ('/jobs/{jobId}/results/{outputId}', 'get'),
        ('/jobs/{jobId}/rerun', 'post'),
    ):
        assert method in paths[where], where


def test_statuses_of_errors_are_described(api: Api) -> None:
    """/req/oas30/exceptions-codes"""
    for path, item in api.document()['paths'].items():
        if path.startswith(('/processes', '/jobs')):
            for operation in item.values():
                wanted = {'400', '500', '503'} | ({'404'} if path not in {'/processes', '/jobs'} else set())
                assert wanted <= set(operation['responses']), path


def test_what_needs_a_token_says_so(api: Api) -> None:
    """/req/oas30/security: what changes data needs one, analyses need none."""
    document = api.document()
    assert 'security' not in document
    for path, item in document['paths'].items():
        if path.startswith(('/processes', '/jobs')):
            needs = {'security' in operation for operation in item.values()}
            assert needs == {path in {f'/processes/{name}/execution' for name in EDITORS_ONLY}}, path
