"""What `locality.yml` says of reports by citizens: what they become, what may be sent, and how long it is kept."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dothi.core.layer import Column, ColumnType, Layer
from dothi.core.text import Text

# What a report has that a column of the layer can take. Contact and photo become no column: they are for reviewers.
ReportField = Literal['code', 'kind', 'received_at', 'unit', 'words']
TYPES: dict[ReportField, tuple[ColumnType, ...]] = {
    'code': ('text',), 'kind': ('text',), 'received_at': ('timestamp', 'date'), 'unit': ('text',), 'words': ('text',),
}  # fmt: skip

# Noise, the worst of pictures, takes 1.7 MB.
MOST_PLAIN_BYTES = 4 * 2**20


class CitizenReporting(BaseModel):
    """Reports that anybody sends at the public map. Without this part of `locality.yml` nobody can.

    layer: a report that was accepted becomes a feature of it. columns: by what the report has, the column that takes
    it. values: what other columns get. kinds: of the kind's column, those that can be reported; all where left out.
    cell_m: the feature lies on the middle of its cell of so many metres; 0: where it was reported.
    """

    model_config = ConfigDict(extra='forbid', frozen=True)

    layer: str
    columns: dict[ReportField, str]
    values: dict[str, Any] = {}
    kinds: list[str] | None = Field(None, min_length=1)
    cell_m: float = Field(0, ge=0, le=10_000)
    code_prefix: str = Field('CD-', pattern=r'^[A-Z0-9-]{0,10}$')
    min_characters: int = Field(10, ge=1, le=1_000)
    max_characters: int = Field(1_000, ge=1, le=4_000)
    # 0: no photo is taken
    photo_mb: int = Field(8, ge=0, le=20)
    photo_megapixels: int = Field(50, ge=1, le=100)
    # of one address, or network of IPv6, and of all together, on a day of the locality's clock
    per_address: int = Field(5, ge=1, le=1_000)
    per_day: int = Field(300, ge=1, le=100_000)
    # after so many days words, contact and photo are removed, whatever became of the report
    keep_days: int = Field(90, ge=1, le=3_650)

    @model_validator(mode='after')
    def _is_consistent(self) -> 'CitizenReporting':
        if 'kind' not in self.columns:
            raise ValueError('columns needs kind: the column of the layer that says what a report is about')
        if self.min_characters > self.max_characters:
            raise ValueError(f'min_characters {self.min_characters} is more than max_characters {self.max_characters}')
        return self

    @property
    def photo_bytes(self) -> int:
        """The largest photo that is taken."""
        return self.photo_mb * 2**20

    @property
    def plain_photo_bytes(self) -> int:
        """The largest photo that is kept, after it was drawn anew (etl/closed_room/photo_job.py)."""
        return MOST_PLAIN_BYTES if self.photo_mb else 0

    def kinds_of(self, layer: Layer) -> dict[str, Text]:
        """What can be reported, with titles, in the order of the layer file."""
        domain = layer.columns[self.columns['kind']].domain or {}
        return {kind: title for kind, title in domain.items() if self.kinds is None or kind in self.kinds}

    def misfit(self, layer: Layer) -> str | None:
        """What does not fit the layer, in words of the file; None where all does."""
        filled = [*self.columns.values(), *self.values]
        missing = [name for name in filled if name not in layer.columns]
        if missing:
            return f'the layer {layer.id} has no column {missing[0]}'
        if len(filled) > len({*filled}):
            return 'a column is named twice'
        if layer.geometry != 'Point':
            return f'the layer {layer.id} holds no points'
        return self._misfit_of_columns(layer)

    def _misfit_of_columns(self, layer: Layer) -> str | None:
        columns = {field: layer.columns[name] for field, name in self.columns.items()}
        for field, column in columns.items():
            if column.type not in TYPES[field]:
                return (
                    f'columns.{field}: {self.columns[field]} is of type {column.type}, not {" or ".join(TYPES[field])}'
                )
        domain = columns['kind'].domain or {}
        strange = [kind for kind in self.kinds or domain if kind not in domain]
        if not domain or strange:
            return f'kinds: the domain of {self.columns["kind"]} has no {strange[0] if strange else "values"}'
        return self._misfit_of_values(layer, columns)

    def _misfit_of_values(self, layer: Layer, columns: dict[ReportField, Column]) -> str | None:
        if 'unit' in columns and columns['unit'].unit_layer is None:
            return f'columns.unit: {self.columns["unit"]} has no unit_layer'
        wanting = [name for name, column in layer.columns.items() if column.required or name in layer.key]
        unfilled = [name for name in wanting if name not in (*self.columns.values(), *self.values)]
        if unfilled:
            return f'the layer {layer.id} wants a value of {unfilled[0]}: put it under columns or values'
        for name, value in self.values.items():
            domain = layer.columns[name].domain
            if domain and value not in domain:
                return f'values.{name}: {value!r} is not in the domain of the column'
        return None
