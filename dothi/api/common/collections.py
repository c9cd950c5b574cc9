"""`/collections` and `/collections/{id}`: what there is, kept up with each release, which the documents name."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response

from dothi.api.common import jsonld
from dothi.api.common.collection_document import collection_document, collection_documents
from dothi.api.coverages.document import coverage_documents
from dothi.api.http import parameters
from dothi.api.http.documents import as_json, as_page, own_links
from dothi.api.http.kept_answers import kept_until_release
from dothi.api.http.language import JSONLD, wanted_format
from dothi.api.http.parameters import COMMON
from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot, snapshot
from dothi.api.records.collection import catalogue_documents

COLLECTIONS = Blueprint('collections', __name__)
FORMATS = ('json', 'html', 'jsonld')
CONFORMANCE_CLASSES = ('http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections',)

# An area whose collections are no layers adds one line: a function that gives their documents, as complete as those
# of layers are (id, title, description, extent, links with at least self, alternate and items).
AREAS: tuple[Callable[[Snapshot], list[dict[str, Any]]], ...] = (
    collection_documents,
    coverage_documents,
    catalogue_documents,
)


def all_collections(db: Snapshot) -> list[dict[str, Any]]:
    """The documents of all collections that the audience may see."""
    return [document for area in AREAS for document in area(db)]


@COLLECTIONS.route('/collections')
@kept_until_release
def collections() -> Response:
    """The list of all collections that the audience may see."""
    parameters.refuse_unknown(COMMON)
    form = wanted_format(FORMATS)
    with snapshot() as db:
        documents = all_collections(db)
    if form == 'jsonld':
        return as_json(
            {'@context': jsonld.CONTEXT, '@graph': [jsonld.dataset_jsonld(entry) for entry in documents]}, JSONLD
        )
    document = {'links': own_links('/collections', FORMATS), 'collections': documents}
    return as_page('collections/index.html', document) if form == 'html' else as_json(document)


@COLLECTIONS.route('/collections/<path:collection_id>')
@kept_until_release
def collection(collection_id: str) -> Response:
    """The description of one collection."""
    parameters.refuse_unknown(COMMON)
    form = wanted_format(FORMATS)
    with snapshot() as db:
        elsewhere = [entry for area in AREAS[1:] for entry in area(db) if entry['id'] == collection_id]
        document = elsewhere[0] if elsewhere else collection_document(db, service().layer(collection_id))
    if form == 'jsonld':
        return as_json(jsonld.dataset_jsonld(document), JSONLD)
    return as_page('collections/collection.html', document) if form == 'html' else as_json(document)
