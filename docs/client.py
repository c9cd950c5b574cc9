"""Prints the part of the templated OpenAPI document that the portal asks for, from which its types are made."""

import json
import re
import sys
from typing import Any

from dothi.api.config import render_with
from dothi.api.http.address import PLACEHOLDER
from dothi.api.openapi.document import in_bytes, render_templated
from dothi.core.layer import Audience
from dothi.core.locality import load_locality
from dothi.core.settings import LOCALITIES, PROJECT

SOURCES = PROJECT / 'web' / 'src'
CALL = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE)\('(/[^']*)'")
REFERENCE = re.compile(r'"#/components/(\w+)/([^"]+)"')


def portal_document() -> dict[str, Any]:
    """The operations of either service that sources of the portal call, with the components that they need.

    What both have is described as the internal one has it; what the public one alone has, such as reports, is added.
    """
    public, document = _document('public'), _document('internal')
    document['paths'] |= {path: each for path, each in public['paths'].items() if path not in document['paths']}
    calls = {(path, method.lower()) for method, path in _calls()}
    paths = {
        path: {method: described for method, described in operations.items() if (path, method) in calls}
        for path, operations in document['paths'].items()
        if any(named == path for named, _ in calls)
    }
    missing = calls - {(path, method) for path, operations in paths.items() for method in operations}
    if missing:
        raise SystemExit(f'not in the document: {sorted(missing)}')
    return {**document, 'tags': [], 'paths': paths, 'components': _components(paths, document['components'])}


def _document(audience: Audience) -> dict[str, Any]:
    locality = load_locality(LOCALITIES / 'nam_dinh')
    rendered = render_with(locality, audience, PLACEHOLDER, {})
    document: dict[str, Any] = json.loads(in_bytes(render_templated(rendered, locality, audience), 'en'))
    return document


def _calls() -> set[tuple[str, str]]:
    files = [*SOURCES.rglob('*.ts'), *SOURCES.rglob('*.tsx')]
    return {match for file in files for match in CALL.findall(file.read_text(encoding='utf-8'))}


def _components(part: dict[str, Any], everything: dict[str, Any]) -> dict[str, Any]:
    """The components that the part names, and those that these name."""
    needed: dict[str, Any] = {}
    waiting = REFERENCE.findall(json.dumps(part))
    while waiting:
        kind, name = waiting.pop()
        if name not in needed.setdefault(kind, {}):
            needed[kind][name] = everything[kind][name]
            waiting += REFERENCE.findall(json.dumps(needed[kind][name]))
    return {kind: dict(sorted(members.items())) for kind, members in sorted(needed.items())}


if __name__ == '__main__':
    json.dump(portal_document(), sys.stdout)
