"""From an agency's file to a release: read, normalise, check, stage, diff, release."""

import dothi.core.gdal  # noqa: F401 - before anything imports pyogrio
