"""What the public service answers to who wants to change items: that they are read only; but a POST may be a query."""

from flask import Blueprint, Response, request

from dothi.api.http.methods import allow_methods, refuse_method
from dothi.api.http.query_body import is_query
from dothi.api.http.service import service
from dothi.api.items.views import search

READ_ONLY = Blueprint('read_only', __name__)
ITEMS = '/collections/<path:collection_id>/items'
ITEM = f'{ITEMS}/<path:item_id>'
READING = ('GET', 'HEAD', 'OPTIONS')
WRITING = ('POST', 'PUT', 'PATCH', 'DELETE')


@READ_ONLY.route(ITEMS, methods=['OPTIONS'], provide_automatic_options=False)
@READ_ONLY.route(ITEM, methods=['OPTIONS'], provide_automatic_options=False)
def options(collection_id: str, item_id: str | None = None) -> Response:  # noqa: ARG001
    """What may be done: reading."""
    service().layer(collection_id)
    return allow_methods(READING)


@READ_ONLY.route(ITEMS, methods=WRITING, provide_automatic_options=False)
@READ_ONLY.route(ITEM, methods=WRITING, provide_automatic_options=False)
def not_here(collection_id: str, item_id: str | None = None) -> Response:
    """The answer to a query by POST, and a refusal for anything else."""
    service().layer(collection_id)
    if request.method == 'POST' and item_id is None and is_query():
        return search(collection_id)
    return refuse_method(READING)
