"""The coverage model: what one coverage file may say of a raster, its bands and how they are drawn."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from dothi.core.layer import Described, Part
from dothi.core.text import Text

BandType = Literal['uint8', 'int16', 'uint16', 'int32', 'uint32', 'float32', 'float64']
# What neighbouring cells may become together: their mean, one of them, or their sum.
BandKind = Literal['continuous', 'category', 'count']
Colour = Annotated[str, Field(pattern=r'^#[0-9a-fA-F]{6}$')]
Share = Annotated[float, Field(ge=0, le=1)]
LIMITS: dict[BandType, tuple[float, float]] = {
    'uint8': (0, 2**8 - 1),
    'int16': (-(2**15), 2**15 - 1),
    'uint16': (0, 2**16 - 1),
    'int32': (-(2**31), 2**31 - 1),
    'uint32': (0, 2**32 - 1),
}


class Band(Part):
    """One band. unit: as in layer files (`m`, `person`). nodata: the value of a cell where nothing is known."""

    type: BandType
    title: Text
    description: Text | None = None
    unit: str | None = None
    nodata: float
    min: float | None = None
    max: float | None = None
    kind: BandKind = 'continuous'
    categories: dict[int, Text] | None = None

    @model_validator(mode='after')
    def _nodata_is_no_value(self) -> Self:
        low, high = LIMITS.get(self.type, (float('-inf'), float('inf')))
        if not low <= self.nodata <= high or (self.type in LIMITS and self.nodata != int(self.nodata)):
            raise ValueError(f'nodata {self.nodata:g} is no value of the type {self.type}')
        if self.inside(self.nodata):
            raise ValueError(f'nodata {self.nodata:g} lies between min and max: nobody could tell it from a value')
        return self

    def inside(self, value: float) -> bool:
        """Whether `value` is within both limits; a band without limits has everything inside but its nodata."""
        if self.min is None and self.max is None:
            return value != self.nodata
        return (self.min is None or value >= self.min) and (self.max is None or value <= self.max)


class RasterSource(Part):
    """What the agency's files are expected to be. crs: the locality's working CRS where it is left out."""

    crs: str


class RasterChecks(Part):
    """How much may be wrong before a person has to look.

    bad_cells_share: of all cells with a value; bad cells are released without one. lost_cells_share: of the cells
    that have a value now. covered_share: of the area of the locality's units (or of its extent) the file must cover.
    """

    bad_cells_share: Share = 0.0
    lost_cells_share: Share = 0.1
    covered_share: Share = 0.0


class RasterPublish(Part):
    """How the coverage is drawn: the colour of some values of one band, and of all between them.

    hillshade: how many times too high the relief is that the sun throws shadows of on a map; none without it. 1 is true
    to nature, in which a plain has none to be seen. The band's values must be metres.
    """

    band: str
    ramp: list[tuple[float, Colour]] = Field(min_length=2)
    hillshade: float | None = Field(None, gt=0, le=1_000)

    @field_validator('ramp')
    @classmethod
    def _rising(cls, ramp: list[tuple[float, str]]) -> list[tuple[float, str]]:
        values = [value for value, _ in ramp]
        if values != sorted(set(values)):
            raise ValueError('values must rise from one colour to the next')
        return ramp


class Coverage(Described):
    """Everything about one coverage."""

    bands: dict[Annotated[str, Field(pattern=r'^[A-Za-z_][A-Za-z0-9_]{0,39}$')], Band] = Field(min_length=1)
    source: RasterSource
    checks: RasterChecks = RasterChecks()
    publish: RasterPublish

    @model_validator(mode='after')
    def _fits_together(self) -> Self:
        if self.publish.band not in self.bands:
            raise ValueError(f'publish.band names {self.publish.band}, which is not under bands')
        if self.publish.hillshade and self.bands[self.publish.band].unit != 'm':
            raise ValueError(f'publish.hillshade wants heights in m, and {self.publish.band} has another unit')
        if len({(band.type, band.nodata) for band in self.bands.values()}) > 1:
            raise ValueError('all bands must have one type and one nodata: a GeoTIFF knows one of each')
        return self

    @property
    def type(self) -> BandType:
        """The type of all bands."""
        return next(iter(self.bands.values())).type

    @property
    def nodata(self) -> float:
        """What stands in cells where nothing is known, in all bands."""
        return next(iter(self.bands.values())).nodata

    def definition(self) -> dict[str, Any]:
        """The coverage as plain data, as it is kept in the catalogue; bands in a list, which keeps their order."""
        document = super().definition()
        return document | {'bands': [{'name': name, **band} for name, band in document['bands'].items()]}
