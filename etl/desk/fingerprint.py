"""A hash of all that a delivery's outcome depends on, but for what the layer holds."""

import hashlib
import json

from psycopg2.extensions import connection as Connection

from dothi.core.layer import Layer
from etl.desk.delivery import Delivery
from etl.reference import released_units
from etl.register import register_rows

# What is said about a delivery without changing its outcome.
REMARKS = {'note', 'letter', 'agency', 'sender', 'accept_loss', 'agreed', 'dry_run', 'as_of'}


def fingerprint(db: Connection, delivery: Delivery[Layer], sha256: str) -> str:
    """The hash for the file with the content hash `sha256`, delivered with these options, on these units."""
    layer, locality = delivery.layer, delivery.locality
    on = delivery.options.as_of or locality.place.reference_date
    register = register_rows(layer, locality, on)
    with db:
        unit_releases = [[u.layer.id, u.release] for u in released_units(db, locality, on) if u.layer.id != layer.id]
    parts = [
        sha256,
        layer.definition(),
        delivery.options.model_dump(mode='json', exclude=REMARKS),
        on.isoformat(),
        register.rows if register else None,
        unit_releases,
        locality.srid,
        locality.place.extent_wgs84,
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
