"""What an agency's token may edit: the layers that the agency supplies, and of others what lies in its own unit."""

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.api.access.layers import own_layers, require_on_layer
from dothi.api.http.service import service
from dothi.core.access.author import agency_of
from dothi.core.access.person import Action, Identity
from dothi.core.errors import Forbidden
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from etl.inbox.sendable import scope_of

LIES_IN_UNIT = """
    select exists (
        select from {layer} as unit
        where unit.{code} = {unit} and ST_Covers(unit.geom, ST_PointOnSurface({geometry}::geometry))
    )
"""


class NotYourLayer(Forbidden):
    """An agency's token is used on a layer of another agency."""


class NotYourUnit(Forbidden):
    """A unit's token is used on a feature outside the unit."""


def require_layer(identity: Identity, layer: Layer) -> None:
    """Raises NotYourLayer where a rule of access.yml or, for who acts for an agency, its inbox leaves the layer out."""
    locality, agency = service().locality.whole, identity.person.agency
    if agency in locality.agencies and layer.id not in own_layers(identity.person):
        raise NotYourLayer(
            vi=f'Cơ quan "{agency}" không sửa được lớp "{layer.id}": lớp này do cơ quan khác quản lý.',
            en=f'"{agency}" does not edit "{layer.id}": another agency supplies it.',
        )
    require_on_layer(Action.EDIT, layer.id)


def require_unit(db: Connection, author: str, layer: Layer, geometries: list[str | None]) -> None:
    """Raises NotYourUnit where `author` is a unit's office and one of the geometries lies elsewhere.

    geometries: EWKB in hex, in the working CRS, of a feature as it was and as it is to be. A feature lies in the unit
    where a point of its surface does; one without a geometry lies nowhere.
    """
    locality = service().locality.whole
    agency = agency_of(author, locality.agencies)
    if agency is None:
        return
    scope = scope_of(agency, layer.id, locality)
    if scope == 'all':
        return
    code = scope.removeprefix('unit=')
    if not all(geometry and _lies_in(db, geometry, code, locality) for geometry in geometries):
        raise NotYourUnit(
            vi=f'Cơ quan "{agency}" chỉ sửa đối tượng trong đơn vị {code}. Đối tượng này nằm ngoài đơn vị đó.',
            en=f'"{agency}" edits features in unit {code} only. This one lies elsewhere.',
        )


def _lies_in(db: Connection, geometry: str, code: str, locality: Locality) -> bool:
    layers = [locality.layers[name] for name in locality.place.unit_layers if name in locality.layers]
    with db.cursor() as cursor:
        for layer in layers:
            cursor.execute(
                sql.SQL(LIES_IN_UNIT).format(
                    layer=sql.Identifier('layer', layer.id),
                    code=sql.Identifier(layer.identifier),
                    unit=sql.Literal(code),
                    geometry=sql.Literal(geometry),
                )
            )
            if (cursor.fetchone() or (False,))[0]:
                return True
    return False
