"""What a new locality is made from: answers to a few questions."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from dothi.core.place import Agency, Contact, Level
from dothi.core.text import Text
from etl.formats.dms import parse_coordinate

COMMUNE, WHOLE = 'commune', 'province'
LEVELS = {
    WHOLE: Level(title=Text(vi='cấp tỉnh', en='province')),
    COMMUNE: Level(title=Text(vi='cấp xã', en='commune'), layer='communes', urban="name LIKE 'Phường %'"),
}


class Answers(BaseModel):
    """What a new locality is made from.

    units: a CSV or a workbook beside the answers, with `code` and `name` or Vietnamese headers that mean it; `level`,
    `parent_code`, `valid_from`, `valid_to`, `population_<year>` and `decree` are optional, and so are `lon`, `lat` (a
    point inside, WGS 84) and `area_km2`, on which a demo province can be drawn. units_valid_from: where the list names
    no `valid_from`. central_meridian_deg: in place of crs, for a province in VN-2000. library: the layers that are
    taken. agencies: in place of those of the library, by the same ids.
    """

    model_config = ConfigDict(extra='forbid', frozen=True)

    id: str = Field(pattern=r'^[a-z][a-z0-9_]*$', max_length=40)
    title: Text
    unit_code: str
    units: Path
    crs: str | None = None
    central_meridian_deg: float | None = None
    extent_wgs84: tuple[float, float, float, float] | None = None
    levels: dict[str, Level] = LEVELS
    reference_date: date = Field(default_factory=date.today)
    units_valid_from: date = date(2025, 7, 1)
    time_zone: str = 'Asia/Ho_Chi_Minh'
    sea_bearing_deg: float | None = Field(None, ge=0, lt=360)
    languages: list[Literal['vi', 'en']] = Field(['vi', 'en'], min_length=1)
    library: Literal['all'] | Annotated[list[str], Field(min_length=1)] = 'all'
    attribution: Text | None = None
    contact: Contact | None = None
    agencies: dict[str, Agency] = {}

    @field_validator('central_meridian_deg', mode='before')
    @classmethod
    def _read_meridian(cls, value: object) -> object:
        """The number in `105,5` or `105°30′`; what is no angle is left to be refused as such."""
        if not isinstance(value, str):
            return value
        try:
            return parse_coordinate(value)
        except ValueError:
            return value

    @model_validator(mode='after')
    def _has_a_real_extent(self) -> 'Answers':
        if self.extent_wgs84 and not (
            self.extent_wgs84[0] < self.extent_wgs84[2] and self.extent_wgs84[1] < self.extent_wgs84[3]
        ):
            raise ValueError('extent_wgs84 is west, south, east, north in degrees')
        return self

    @field_validator('levels')
    @classmethod
    def _begin_with_the_whole(cls, levels: dict[str, Level]) -> dict[str, Level]:
        if len(levels) < 2 or next(iter(levels)) != WHOLE:
            raise ValueError(f'levels run from large to small: first {WHOLE}, then at least one more')
        return levels
