"""Hide from a Python process the libraries that only tests install, but others import as soon as they are there.

Users have neither. pyogrio imports both at its start, which takes a quarter of the time of `dothi --help`.
"""

import sys

for name in ('geopandas', 'pandas'):
    sys.modules[name] = None  # type: ignore[assignment]
