"""The layer model: what one layer file may say, and what follows from it."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from dothi.core.dashboard_panel import CasesPanel, ReadingsPanel
from dothi.core.row_faults import FAULT_KINDS, FaultCode, Severity
from dothi.core.text import Text

Audience = Literal['public', 'internal']
Access = Literal['public', 'internal', 'restricted']
ColumnType = Literal['text', 'integer', 'number', 'boolean', 'date', 'timestamp']
GeometryType = Literal['Point', 'MultiPoint', 'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon']

DURATION = r'^P(\d+[YMWD])+$'
Repair = Literal['close_rings', 'make_valid', 'drop_repeated_points']
# What every layer table has beside the layer's own columns.
RESERVED_COLUMNS = frozenset({'id', 'geom', 'geom_wgs84', 'release_from', 'release_to'})
VISIBLE: dict[Audience, frozenset[Access]] = {
    'public': frozenset({'public'}),
    'internal': frozenset({'public', 'internal'}),
}


class Part(BaseModel):
    """A part of a layer file: a key that is not declared here is an error."""

    model_config = ConfigDict(extra='forbid', frozen=True, populate_by_name=True)


class Column(Part):
    """One published column."""

    type: ColumnType
    title: Text
    description: Text | None = None
    sources: list[str] = Field([], alias='from')
    required: bool = False
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    domain: dict[str, Text] | None = None
    access: Access = 'public'
    renamed_from: str | None = None
    # a layer of administrative units: the column holds the code of the unit in which the feature lies
    unit_layer: str | None = None
    # the column holds the key of a feature of this layer: a valve that of its pipe
    feature_layer: str | None = None


class Register(Part):
    """Fills columns that a delivery lacks from a table of known units, by their code."""

    file: str
    where: dict[str, str] = {}
    key: str
    fill: list[str]


class Source(Part):
    """What the agency's files are expected to be. crs: the locality's working CRS where it is left out."""

    crs: str
    encoding: str = 'utf-8'
    # how far ahead of UTC the clock was by which moments without a zone were written down
    utc_offset: str = Field('+00:00', pattern=r'^[+-](0\d|1[0-4]):[0-5]\d$')


class Checks(Part):
    """How much may be wrong before a person has to look, and what is looked for beside columns and valid geometry.

    A check is on when its key is there. Metres are those of the working CRS. docs/reference/checks.md has them all.
    """

    bad_rows_share: float = Field(0.0, ge=0, le=1)
    lost_rows_share: float = Field(0.1, ge=0, le=1)
    # of the rows that stay, how many may move; one moves when an edge of its bounding box moves farther than this
    moved_share: float = Field(0.2, ge=0, le=1)
    moved_m: float = Field(10.0, gt=0)
    # polygons are slivers below this mean width
    sliver_width_m: float | None = Field(None, gt=0)
    # two rows are one feature where all their columns but the key are equal and their places are this near
    near_duplicate_m: float | None = Field(None, gt=0)
    # the polygons tile the plane: no two overlap, and what lies free between them is a fault if it is this narrow
    coverage: bool = False
    gap_width_m: float = Field(1.0, gt=0)
    # ends of lines that are nearer to another line than this, and do not touch it, were meant to touch
    snap_m: float | None = Field(None, gt=0)
    # how far a feature may lie outside the unit that it names: boundaries are generalised
    parent_tolerance_m: float | None = Field(None, ge=0)
    # the column with the day of the survey, which is not in the future; and the age at which a survey is out of date
    survey_date: str | None = None
    stale_after: str | None = Field(None, pattern=DURATION)
    # every unit of the layer's register, or of this `unit_layer` column, has a row
    complete: bool | str = False
    # what may be put right without asking: the row counts as good, and the repair is told
    repair: list[Repair] = []
    # where it is not the usual one
    severity: dict[FaultCode, Severity] = {}

    @model_validator(mode='after')
    def _age_needs_a_date(self) -> Self:
        fixed = [code for code in self.severity if not FAULT_KINDS[code].adjustable]
        if fixed:
            adjustable = ', '.join(code for code, kind in FAULT_KINDS.items() if kind.adjustable)
            raise ValueError(f'checks.severity.{fixed[0]} is always an error; these may be set: {adjustable}')
        if self.stale_after and not self.survey_date:
            raise ValueError('checks.stale_after needs checks.survey_date, the column with the day of the survey')
        return self


class Tiles(Part):
    """What of the layer is in its vector tiles, by zoom of WebMercatorQuad. A pixel is a 256th of a tile's side."""

    # first and last zoom; maps enlarge the last one's tiles
    zooms: tuple[Annotated[int, Field(ge=0, le=24)], Annotated[int, Field(ge=0, le=24)]] = (0, 16)
    # below this zoom points and polygons are counted per cell, and lines joined by kind
    merge_below: int | None = Field(None, ge=0, le=20)
    # the first zoom at which a column is there, where not all of them
    columns: dict[str, int] = {}
    # how far lines and outlines may move, below the last zoom
    tolerance_px: float = Field(0, ge=0, le=16)
    # a line or polygon is too small below this width and height, below the last zoom; then it is merged or dropped
    least_px: float = Field(0, ge=0, le=64)
    too_small: Literal['merge', 'drop'] = 'merge'

    @model_validator(mode='after')
    def _zooms_in_order(self) -> Self:
        if self.zooms[0] > self.zooms[1]:
            raise ValueError(f'tiles.zooms begins at {self.zooms[0]}, after its end {self.zooms[1]}')
        return self


class Publish(Part):
    """How the layer is served."""

    search: list[str] = []
    validity: tuple[str, str] | None = None
    # of a layer with validity, what is served where nobody names a time
    without_datetime: Literal['reference_date', 'all'] = 'reference_date'
    tiles: Tiles = Tiles()
    style: str | None = None

    @property
    def shows_reference_date(self) -> bool:
        """Whether it shows the state of the locality's reference date where nobody names a time."""
        return self.validity is not None and self.without_datetime == 'reference_date'


class AddressColumns(Part):
    """The columns by which addresses are placed: the name of the street, and the number of a house in it.

    A layer with a house number holds houses, one without stretches of streets.
    """

    street: str
    house_number: str | None = None


class Described(Part):
    """What the files of layers and of coverages say alike."""

    id: str = Field(pattern=r'^[a-z][a-z0-9_]{0,39}$')
    title: Text
    description: Text
    theme: str
    agency: str
    access: Access
    licence: str
    update_cycle: str = Field(pattern=DURATION)

    def visible_to(self, audience: Audience) -> bool:
        """Whether it is served to `audience` as a whole."""
        return self.access in VISIBLE[audience]

    def definition(self) -> dict[str, Any]:
        """All of it as plain data, as it is kept in the catalogue."""
        return self.model_dump(mode='json', by_alias=True, exclude_defaults=True)


class Layer(Described):
    """Everything about one layer."""

    geometry: GeometryType
    # the process whose results it holds: nobody delivers it, so nobody is late with it
    made_by: str | None = None
    # the columns that name a feature for its agency; without any, its id lasts because rows are recognised (0022)
    key: list[str] = []
    columns: dict[str, Column] = Field(min_length=1)
    register_: Register | None = Field(None, alias='register')
    source: Source
    checks: Checks = Checks()
    publish: Publish = Publish()
    address: AddressColumns | None = None
    # edits of the layer wait for its agency's decision; and an editor must say which version was edited
    review: bool = False
    require_if_match: bool = False
    # how the dashboard shows it, where it does
    dashboard: CasesPanel | ReadingsPanel | None = Field(None, discriminator='panel')

    @field_validator('columns')
    @classmethod
    def _no_reserved_name(cls, columns: dict[str, Column]) -> dict[str, Column]:
        reserved = sorted(RESERVED_COLUMNS & columns.keys())
        if reserved:
            raise ValueError(f'{", ".join(reserved)}: every layer has this column already, give yours another name')
        return columns

    @model_validator(mode='after')
    def _names_exist(self) -> Self:
        for where, names in self._references().items():
            missing = [name for name in names if name not in self.columns]
            if missing:
                raise ValueError(f'{where} names {", ".join(missing)}, which is not under columns')
        return self

    def _references(self) -> dict[str, list[str]]:
        register, address = self.register_, self.address
        return {
            'key': self.key,
            'publish.search': self.publish.search,
            'publish.validity': list(self.publish.validity or ()),
            'publish.tiles.columns': list(self.publish.tiles.columns),
            'address': list(filter(None, [address.street, address.house_number])) if address else [],
            'register.fill': [register.key, *register.fill] if register else [],
            'dashboard': self.dashboard.columns if self.dashboard else [],
            'checks.survey_date': [self.checks.survey_date] if self.checks.survey_date else [],
            'checks.complete': [self.checks.complete] if isinstance(self.checks.complete, str) else [],
        }

    def columns_for(self, audience: Audience) -> dict[str, Column]:
        """The columns that `audience` may see, in the order of the layer file."""
        return {name: column for name, column in self.columns.items() if column.access in VISIBLE[audience]}

    @property
    def identifier(self) -> str:
        """The column that names a feature: the first one of the key, or the lasting id where there is no key."""
        return self.key[0] if self.key else 'id'

    @property
    def kinds(self) -> list[str]:
        """The public columns with a domain, in the order of their names: what merged features keep."""
        return sorted(name for name, column in self.columns.items() if column.domain and column.access == 'public')
