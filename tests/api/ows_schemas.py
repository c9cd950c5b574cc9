"""The schemas of WMS and WMTS, which MapProxy's package brings along for its own tests."""

from importlib.util import find_spec
from pathlib import Path

FOUND = find_spec('mapproxy')
SCHEMAS = Path(FOUND.origin if FOUND and FOUND.origin else '.').parent / 'test' / 'schemas'
