"""The files of whole layers that are ready to be fetched, as the catalogue knows them."""

import hashlib
import json
from datetime import datetime
from pathlib import PurePosixPath

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from pydantic import BaseModel

from dothi import __version__
from dothi.core.layer import Audience, Layer
from dothi.core.locality import Locality


class Download(BaseModel):
    """A file: which layer for whom, of which release, where it lies in the store, and what it holds."""

    layer_id: str
    audience: Audience
    format: str
    release: int
    definition: str
    file: str
    rows_total: int
    size_bytes: int
    sha256: str
    seconds: float
    made_at: datetime

    @property
    def kept_as(self) -> str:
        """What the file is called when it is handed over: its place in the store without the hash of its content."""
        place = PurePosixPath(self.file)
        return place.stem.rpartition('-')[0] + place.suffix


# One document for each file that the role may see: of its audience, or of every one for the worker.
DOWNLOADS = sql.SQL('select to_jsonb(d) from catalog.download as d')


def downloads(db: Connection) -> list[Download]:
    """All files that the role may see."""
    with db.cursor() as cursor:
        cursor.execute(DOWNLOADS)
        return [Download(**document) for (document,) in cursor.fetchall()]


def definition(layer: Layer, locality: Locality, audience: Audience) -> str:
    """Changes with what decides a file's content beside the release: software, and what layer and locality say.

    A file by another definition is not handed out: it may hold a column that the audience must not see any more.
    """
    parts = [
        __version__,
        locality.place.crs,
        locality.place.reference_date.isoformat(),
        layer.model_dump(mode='json', include={'title', 'description', 'licence', 'geometry', 'key', 'publish'}),
        [(name, column.model_dump(mode='json')) for name, column in layer.columns_for(audience).items()],
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
