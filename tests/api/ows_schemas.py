"""The schemas of WMS and WMTS, which MapProxy's package brings along for its own tests."""

import importlib.util
from pathlib import Path

import pytest

FOUND = importlib.util.find_spec('mapproxy')
SCHEMAS = Path(FOUND.origin if FOUND and FOUND.origin else '.').parent / 'test' / 'schemas'
needs_schemas = pytest.mark.skipif(not SCHEMAS.is_dir(), reason='mapproxy is not installed')
