"""Imported before the server that jobs are forked from, and nowhere else: what every run needs, loaded once."""

import contextlib
import gc
from importlib import import_module

from dothi.core.errors import DothiError
from dothi.core.export.formats import FORMATS
from dothi.core.settings import PathSettings
from processes.queue.child import cached_locality
from processes.registry import all_processes

# of runs that make tables or fill them (dothi/core/tables.py)
import_module('geoalchemy2')
# SciPy loads a part of it at its first use
for part in ('ndimage', 'optimize', 'sparse', 'spatial', 'special'):
    import_module(f'scipy.{part}')
# GDAL, Arrow, Parquet and others that files are written with
for row in FORMATS.values():
    row.load()
# A locality that is not right is reported by the run that needs it; the server must come up all the same.
with contextlib.suppress(DothiError):
    all_processes()
    _ = cached_locality(PathSettings().locality).srid
# else the first look for garbage in each run makes a copy of all this
gc.collect()
gc.freeze()
