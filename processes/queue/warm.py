"""Imported by the server that children are forked from and nowhere else: what every run needs, loaded once."""

import contextlib

from dothi.core.errors import DothiError

# GDAL, Arrow and Parquet, which files are written with
from dothi.core.export import gdal_file, geoparquet  # noqa: F401
from dothi.core.settings import PathSettings
from processes.queue.child import cached_locality
from processes.registry import all_processes

# A locality that is not right is reported by the run that needs it; the server must come up all the same.
with contextlib.suppress(DothiError):
    all_processes()
    _ = cached_locality(PathSettings().locality).srid
