"""What a delivery came to: for a person, for a script, and for the catalogue."""

from datetime import date
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, SerializationInfo, field_serializer
from pydantic.json_schema import SkipJsonSchema

from dothi.core.row_faults import Severity
from dothi.core.text import AdvisedText, CountedText, Text, with_counts, without_advice, without_counts
from etl.desk.held import Reason

Verdict = Literal['accepted', 'returned', 'undecided', 'superseded']
# Bad rows that a report lists one by one; quarantine has them all.
LISTED_ROWS = 1_000
type Note = SkipJsonSchema[CountedText] | AdvisedText | Text
KEPT = {'for': 'catalogue'}
# In place of evidence that tells of rows which the reader does not see.
WITHHELD = Text(
    vi='bằng chứng dựa trên các hàng mà bạn không xem được', en='the evidence is of rows that you do not see'
)


class BadRow(BaseModel):
    """One fault of one row. `element` is one of ISO 19157.

    row: counted from 1 in the order of the file; of a table the number that a spreadsheet shows.
    """

    row: int
    code: str
    column: str | None = None
    value: str | None = None
    message: str
    message_en: str
    # longitude and latitude, where the row's place is known
    place: tuple[float, float] | None = None
    severity: Severity = 'error'
    element: str | None = None


class Repair(BaseModel):
    """One thing that was put right in one row, as the layer file allows; areas in m², of polygons."""

    row: int
    repair: str
    message: str
    message_en: str
    place: tuple[float, float] | None = None
    area_before_m2: float | None = None
    area_after_m2: float | None = None


class Candidate(BaseModel):
    """A coordinate system that the file's coordinates may be in, and what speaks for it.

    score: share of the rows that fit what is known, 0 to 1. distance_m: how far it puts the data from where the one
    that was decided on does, or the best one where none was.
    """

    crs: str
    score: float
    evidence: Text
    distance_m: float | None = None
    # for the map: longitude and latitude of some rows; kept, since whoever decides looks at it later
    places: list[tuple[float, float]] = []


class Rival(BaseModel):
    """A coordinate system that could not be excluded, and how many metres off the data would be then."""

    crs: str
    distance_m: float


class CrsReport(BaseModel):
    """Which coordinate system the file declares, which was used, and which others were considered.

    named: whether `declared` is what a person said with --crs, whatever the file says.
    rivals: those that nothing known excludes beside the one that was decided on, the nearest first.
    overruled: whether what is known made another of it than the file declares. by_address: whether the file has no
    coordinates, and rows are placed by their addresses, in the working CRS.
    """

    declared: str | None = None
    named: bool = False
    decided: str | None = None
    candidates: list[Candidate] = []
    rivals: list[Rival] = []
    overruled: bool = False
    by_address: bool = False

    @property
    def origin(self) -> Text:
        """Where the system is from: `khai báo: EPSG:9209`, or the addresses of a file without coordinates."""
        if self.by_address:
            return Text(vi='đặt theo địa chỉ, tệp không có tọa độ', en='placed by address, the file has no coordinates')
        word = Text(vi='chỉ định', en='named') if self.named else Text(vi='khai báo', en='declared')
        return Text(vi=f'{word.vi}: {self.declared or "–"}', en=f'{word.en}: {self.declared or "–"}')

    @property
    def likely(self) -> list[Candidate]:
        """The candidates worth showing to a person: the best, the declared, and others that anything speaks for."""
        worth = [each for each in self.candidates if each.score > 0 or each.crs == self.declared]
        return worth or self.candidates[:1]


class EncodingCandidate(BaseModel):
    """An encoding that a column's text may be in: score is the share of its accented words that are Vietnamese."""

    encoding: str
    score: float
    evidence: Text


class ColumnText(BaseModel):
    """How the text of one column was read; `?` and the candidates where that is not decided."""

    encoding: str
    evidence: Text
    candidates: list[EncodingCandidate] = []


class Rows(BaseModel):
    """How many rows were read, how many can be released, and what is wrong with them.

    bad_rows: rows with an error, which stay out; bad: the first errors, one by one; by_code: how often each was met.
    warnings: the first of what was noticed in rows that are released. repairs: the first of what was put right.
    missing: units that should have a row and have none. quality: faults and warnings by element of ISO 19157.
    """

    read: int = 0
    good: int = 0
    bad_rows: int = 0
    by_code: dict[str, int] = {}
    bad: list[BadRow] = []
    warnings_by_code: dict[str, int] = {}
    warnings: list[BadRow] = []
    repairs_by_kind: dict[str, int] = {}
    repairs: list[Repair] = []
    missing: list[str] = []
    quality: dict[str, int] = {}

    def figures(self) -> dict[str, object]:
        """The counts alone, for the catalogue: they name no row."""
        return {
            'read': self.read,
            'good': self.good,
            'bad': self.bad_rows,
            'warnings': sum(self.warnings_by_code.values()),
            'repaired': sum(self.repairs_by_kind.values()),
            'byElement': self.quality,
        }


class DiffReport(BaseModel):
    """What the delivery changes in the layer."""

    added: int = 0
    changed: int = 0
    closed: int = 0
    unchanged: int = 0

    @property
    def changes(self) -> int:
        """Number of features that are others afterwards."""
        return self.added + self.changed + self.closed

    @property
    def empty(self) -> bool:
        return self.changes == 0


class HeldRow(BaseModel):
    """A feature that an edit and the delivery both changed, and differently: it waits for a person's decision.

    columns: in which they differ, `geom` for the geometry; none where one of the two deleted the feature.
    edit, delivery: its values as served and as delivered, or None where it is deleted.
    """

    conflict: int
    feature: int
    columns: list[str]
    edit: dict[str, Any] | None
    delivery: dict[str, Any] | None


class MergeReport(BaseModel):
    """What became of the edits made since the agency's last delivery: how many stay, and which wait for a person."""

    kept: int
    held: int
    rows: list[HeldRow] = []


class RasterBand(BaseModel):
    """One band of a raster: how many cells have a value, and which."""

    name: str
    unit: str | None = None
    valid: int
    min: float | None = None
    max: float | None = None
    mean: float | None = None


class RasterReport(BaseModel):
    """The grid of a raster, in units of its own system, and its bands."""

    width: int
    height: int
    cell_width: float
    cell_height: float
    bands: list[RasterBand]


class Report(BaseModel):
    """The outcome of one delivery or check."""

    layer: str
    file: str
    verdict: Verdict
    # what a person has to decide, where the verdict is undecided
    held: list[Reason] = []
    # how much of what can be agreed to there is, above what the layer lets pass: the share lost, moved or left bare;
    # of `newer` the number of the latest delivery that it would write over
    seen: dict[Reason, float] = {}
    # class of the error for which the file was refused as a whole; the notes have its message
    error: str | None = None
    unchanged: bool = False
    dry_run: bool = False
    delivery: int | None = None
    # the later delivery that had taken its place when its turn came
    superseded_by: int | None = None
    release: int | None = None
    # the day whose state it is, as it was told or as the rows say
    as_of: date | None = None
    crs: CrsReport = CrsReport()
    text: dict[str, ColumnText] = {}
    columns: dict[str, str] = {}
    # of a raster, rows are its cells
    rows: Rows = Rows()
    raster: RasterReport | None = None
    diff: DiffReport | None = None
    merge: MergeReport | None = None
    # in the catalogue texts with figures have both their forms, everywhere else one of them
    notes: list[Note] = []
    # of the file, the layer file and the options: the same fingerprint means the same outcome
    fingerprint: str | None = None
    # For the map of faults only, and not in the JSON: west, south, east, north, and rings of longitude, latitude.
    map_extent: tuple[float, float, float, float] | None = Field(None, exclude=True)
    map_outlines: list[list[tuple[float, float]]] = Field([], exclude=True)

    @field_serializer('notes')
    def _serialize_notes(self, notes: list[Text], info: SerializationInfo) -> list[Note]:
        return notes if info.context == KEPT else [with_counts(note) for note in notes]

    def as_kept(self) -> str:
        """The report as JSON for the catalogue, from which each reader gets what is for them."""
        return self.model_dump_json(context=KEPT)

    def without_served_values(self) -> Self:
        """The report for who does not see all of the layer: how many conflicts there are, and not what is served."""
        merge = self.merge and self.merge.model_copy(update={'rows': []})
        return self.model_copy(update={'merge': merge})

    def without_counts_of_served(self) -> Self:
        """The report for who does not see all rows of the layer, without what tells of them.

        How many of them the file would add, change, close or move, how far it lies from them, and whether it equals
        what is served: with a few files, whoever reads that could try what the hidden rows are.
        """
        candidates = [each.model_copy(update={'score': 0.0, 'evidence': WITHHELD}) for each in self.crs.candidates]
        return self.model_copy(
            update={
                'unchanged': False,
                'seen': {},
                'diff': None,
                'merge': None,
                'crs': self.crs.model_copy(update={'candidates': candidates}),
                'notes': [without_counts(note) for note in self.notes],
            }
        )

    def for_reader(self, *, steward: bool) -> Self:
        """The report as it leaves the desk. steward: whether its reader can do what notes advise stewards to do."""
        return self if steward else self.model_copy(update={'notes': [without_advice(note) for note in self.notes]})

    @property
    def waits_for_conflicts(self) -> bool:
        """Whether all that the delivery would change waits for a person, as edits changed it differently."""
        return self.unchanged and self.merge is not None and self.merge.held > 0

    @property
    def exit_code(self) -> int:
        """0 accepted or superseded, 3 returned, 4 undecided, or nothing could be released for conflicts with edits."""
        accepted = 4 if self.waits_for_conflicts else 0
        return {'accepted': accepted, 'superseded': 0, 'returned': 3, 'undecided': 4}[self.verdict]
