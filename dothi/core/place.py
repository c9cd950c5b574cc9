"""What `locality.yml` and `agencies.yml` say: where the locality is, its levels of units, and who supplies its data."""

from datetime import date
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator

from dothi.core.basemaps import Basemap
from dothi.core.citizen_reporting import CitizenReporting
from dothi.core.text import Text


class Agency(BaseModel):
    """Who supplies data: an office and the role of its focal point, never a person."""

    model_config = ConfigDict(extra='forbid', frozen=True)

    title: Text
    focal_point: Text
    unit_code: str | None = None


class KeptResults(BaseModel):
    """The agency and the theme of layers that planners keep from results of analyses."""

    model_config = ConfigDict(extra='forbid', frozen=True)

    agency: str
    theme: str


class Contact(BaseModel):
    """Whom to ask about the services, and where they are: rather somebody on duty than a name.

    organisation: the locality's attribution where it is left out. address: building, or street and number.
    """

    model_config = ConfigDict(extra='forbid', frozen=True)

    person: Text
    position: Text
    organisation: Text | None = None
    address: Text
    city: Text
    province: Text
    postcode: str = ''
    country: Text
    phone: str | None = None
    email: str | None = None


class Level(BaseModel):
    """A level of administrative units, such as the district; that of the locality itself has no layer.

    layer: shows its units. urban: which of them are urban, as CQL2 on that layer; norms differ in town and country.
    """

    model_config = ConfigDict(extra='forbid', frozen=True)

    title: Text
    layer: str | None = None
    urban: str | None = None


class Letterhead(BaseModel):
    """What stands at the head of an administrative document: nation, motto, office, and the place where it is dated.

    As Decree 30/2020/ND-CP has it in Viet Nam (articles 8 and 9).
    """

    model_config = ConfigDict(extra='forbid', frozen=True)

    nation: Text
    motto: Text
    office: Text
    place: Text
    # behind the number of a receipt: 12/PN-TTDH
    symbol: str


class TimeZone(BaseModel):
    """A time zone by its name in the IANA database: its clocks show times, and its midnight begins a day."""

    time_zone: str = 'UTC'

    @field_validator('time_zone')
    @classmethod
    def _time_zone_is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (OSError, ValueError, ZoneInfoNotFoundError):
            raise ValueError('must be a time zone of the IANA database, such as Asia/Ho_Chi_Minh') from None
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of its people."""
        return ZoneInfo(self.time_zone)


class Place(TimeZone):
    """What `locality.yml` says."""

    model_config = ConfigDict(extra='forbid', frozen=True)

    id: str = Field(pattern=r'^[a-z][a-z0-9_]*$')
    title: Text
    unit_code: str
    crs: str
    served_crs: list[str]
    extent_wgs84: tuple[float, float, float, float]
    centre_wgs84: tuple[float, float]
    zoom: float
    reference_date: date
    # where the sea is, seen from the middle, clockwise from north: the demo draws a coast there
    sea_bearing_deg: float | None = Field(None, ge=0, lt=360)
    # what is taken from the library of layers that is shipped: all of them, or these layers and coverages
    library: Literal['all'] | list[str] = []
    # by the name that `units/units.csv` gives them, from large to small
    levels: dict[str, Level] = {}
    # what addresses name beside its own units and its title: a province that it came of, a city without a level now
    names_in_addresses: list[str] = []
    # by the id of an analysis: inputs that can be sent as they are, where the analysis' own example does not fit here
    examples: dict[str, dict[str, Any]] = {}
    languages: list[str] = ['vi', 'en']
    attribution: Text
    contact: Contact | None = None
    letterhead: Letterhead | None = None
    kept_results: KeptResults | None = None
    # what anybody may report at the public map; nobody reports anything where it is left out
    citizen_reports: CitizenReporting | None = None
    # maps of others that the reader of the map may lay below it
    basemaps: list[Basemap] = []

    @field_validator('basemaps')
    @classmethod
    def _basemaps_have_ids_of_their_own(cls, basemaps: list[Basemap]) -> list[Basemap]:
        if len({basemap.id for basemap in basemaps}) < len(basemaps):
            raise ValueError('two basemaps have the same id')
        return basemaps

    @property
    def unit_layers(self) -> list[str]:
        """The layers of administrative units, from large to small."""
        return [level.layer for level in self.levels.values() if level.layer]

    @property
    def urban_units(self) -> str | None:
        """Which units of the smallest level are urban, as CQL2 on their layer; None where nobody says."""
        return [*self.levels.values()][-1].urban if self.levels else None
