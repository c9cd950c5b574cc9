"""`/conformance`: what each view module says that it implements."""

from collections.abc import Iterable
from importlib import import_module

from flask import Blueprint, Response, current_app
from flask.sansio.blueprints import Blueprint as AnyBlueprint

from dothi.api.http import parameters
from dothi.api.http.documents import as_json, as_page, own_links
from dothi.api.http.language import wanted_format
from dothi.api.http.parameters import COMMON
from dothi.api.http.service import service
from dothi.core.layer import Audience

CONFORMANCE = Blueprint('conformance', __name__)


def conformance_classes() -> list[str]:
    """Every class that works, sorted."""
    return declared_by(current_app.blueprints.values(), service().audience)


def declared_by(blueprints: Iterable[AnyBlueprint], audience: Audience) -> list[str]:
    """The classes that views of the blueprints declare, sorted: `CONFORMANCE_CLASSES` of the module of each.

    `PUBLIC_CONFORMANCE_CLASSES` beside them are those of the public service alone.
    """
    modules = {import_module(blueprint.import_name) for blueprint in blueprints}
    kinds = ['CONFORMANCE_CLASSES', *(['PUBLIC_CONFORMANCE_CLASSES'] if audience == 'public' else [])]
    ours = {name for module in modules for kind in kinds for name in getattr(module, kind, ())}
    return sorted(ours)


@CONFORMANCE.route('/conformance')
def conformance() -> Response:
    """The classes as JSON or as a page."""
    parameters.refuse_unknown(COMMON)
    if wanted_format() == 'html':
        return as_page('conformance.html', {'standards': _by_standard(conformance_classes())})
    return as_json({'links': own_links('/conformance'), 'conformsTo': conformance_classes()})


def _by_standard(names: list[str]) -> dict[str, list[str]]:
    """The classes by standard and version, as `ogcapi-features-1 1.0`."""
    by_standard: dict[str, list[str]] = {}
    for name in names:
        standard, version = name.split('/spec/')[-1].split('/')[:2]
        by_standard.setdefault(f'{standard} {version}', []).append(name)
    return by_standard
