"""What a layer file says of the panel by which the dashboard shows its layer."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class PanelPart(BaseModel):
    """A part of what a layer file says of its panel: a key that is not declared here is an error."""

    model_config = ConfigDict(extra='forbid', frozen=True)


class NamesOf(PanelPart):
    """Where the places of readings have their names: a layer, the column with their code, and the one with the name."""

    layer: str
    key: str
    name: str


class CasesPanel(PanelPart):
    """How many features there are by kind, and how many of them are open: those with these values."""

    panel: Literal['cases']
    kind: str
    open: dict[str, str] = Field(min_length=1)

    @property
    def columns(self) -> list[str]:
        """The columns that it is made from."""
        return [self.kind, *self.open]


class ReadingsPanel(PanelPart):
    """The last values of each station. station: the column with its code; at: that with the moment of a reading."""

    panel: Literal['readings']
    station: str
    at: str
    values: list[str] = Field(min_length=1)
    names: NamesOf | None = None

    @property
    def columns(self) -> list[str]:
        """The columns that it is made from."""
        return [self.station, self.at, *self.values]
