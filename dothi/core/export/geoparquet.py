"""GeoParquet 1.1: WKB, the coordinate system as PROJJSON, and a box per row by which readers skip what is elsewhere."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.crs import WGS84
from dothi.core.export.arrow import Stream
from dothi.core.export.extract import Extract, Tell

VERSION = '1.1.0'
SIDES = ('xmin', 'ymin', 'xmax', 'ymax')
WHOLE = sql.SQL("""
    select array[ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)]
    from (select ST_3DExtent(shape) as box from ({}) as rows) as whole""")
BOX = pa.struct([pa.field(side, pa.float64(), nullable=False) for side in SIDES])


def write_geoparquet(db: Connection, extract: Extract, path: Path, tell: Tell) -> None:
    """The whole file, one row group for each batch that is read."""
    stream = Stream(db, extract, tell)
    fields = [*stream.schema, *([pa.field(_box_column(extract), BOX)] if extract.geometry else [])]
    with pq.ParquetWriter(path, pa.schema(fields, metadata=_metadata(db, extract)), compression='zstd') as writer:
        for batch in stream.batches():
            writer.write_batch(
                _boxed(batch, _box_column(extract)) if extract.geometry else batch, row_group_size=batch.num_rows
            )


def _box_column(extract: Extract) -> str:
    """The column of the boxes: `bbox`, unless the layer has one."""
    return 'bbox' if 'bbox' not in extract.columns else 'geom_bbox'


def _boxed(batch: pa.RecordBatch, name: str) -> pa.RecordBatch:
    """`batch` with the column of boxes."""
    bounds = shapely.bounds(shapely.from_wkb(batch.column('geom').to_numpy(zero_copy_only=False)))
    boxes = pa.StructArray.from_arrays([pa.array(bounds[:, place]) for place in range(4)], fields=[*BOX])
    return batch.append_column(name, boxes)


def _metadata(db: Connection, extract: Extract) -> dict[str, str]:
    """What the file says of itself. It stands before the rows, as some readers look for it in Arrow's own schema."""
    release = extract.release
    provenance = {
        'title': extract.title,
        'release': str(release.number),
        'released_at': release.released_at.isoformat(),
    }
    provenance |= {'demo': str(release.demo).lower(), 'licence': extract.layer.licence}
    if not extract.geometry:
        return provenance
    column: dict[str, Any] = {
        'encoding': 'WKB',
        'geometry_types': [extract.layer.geometry],
        'crs': projjson(extract.srid),
        'covering': {'bbox': {side: [_box_column(extract), side] for side in SIDES}},
    }
    if box := _box(db, extract):
        column['bbox'] = box
    geo = {'version': VERSION, 'primary_column': 'geom', 'columns': {'geom': column}}
    return provenance | {'geo': json.dumps(geo, ensure_ascii=False)}


def _box(db: Connection, extract: Extract) -> list[float] | None:
    """The box around all rows, None where there are none."""
    rows = extract.select(sql.SQL('{} as shape').format(extract.shape))
    with db.cursor() as cursor:
        cursor.execute(WHOLE.format(rows))
        (box,) = cursor.fetchone() or (None,)
    return box if box and box[0] is not None else None


def projjson(srid: int) -> dict[str, Any]:
    """The coordinate system as GeoParquet wants it; WGS 84 with longitude first is OGC:CRS84."""
    crs = pyproj.CRS.from_authority('OGC', 'CRS84') if srid == WGS84 else pyproj.CRS.from_epsg(srid)
    return dict(crs.to_json_dict())
