"""What a map is of, by its address: one collection or all of them, in a style, at a time."""

from dataclasses import dataclass, replace

from flask import request

from dothi.api.collection_document import temporal_extent
from dothi.api.coverages.stored import stored_in
from dothi.api.maps.area import OutsideMap
from dothi.api.maps.make import no_such_style, thing
from dothi.api.maps.size import Box
from dothi.api.maps.times import rfc3339, written
from dothi.api.parameters import given
from dothi.api.records.queryables import CATALOGUE
from dothi.api.service import no_release, service
from dothi.api.snapshot import Snapshot
from dothi.api.tiles.changes import Current, current
from dothi.core.catalog import Release
from dothi.core.coverage import Coverage
from dothi.core.errors import DothiError, NotFound, WrongUse, did_you_mean
from dothi.core.layer import Layer
from dothi.core.layer_source import Times
from dothi.core.style.style_file import DEFAULT, StyleFile, styles_of
from dothi.core.text import Text
