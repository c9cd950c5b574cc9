"""A file looked at: its layer, kind, columns and text, before a database is asked anything."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc

from dothi.core.layer import Layer
from dothi.core.text import AdvisedText, Text
from etl.closed_room.layers import open_source
from etl.desk.held import Reason
from etl.desk.options import DeliveryOptions
from etl.doctor.asking import perhaps, which_column
from etl.doctor.columns import Matching, find, missing
from etl.doctor.proposals import STRONG, Evidence, best, proposals
from etl.doctor.text.decoder import Decoder, decoder
from etl.doctor.titles import titles_for_codes
from etl.formats.file_parts import no_rows
from etl.formats.hidden import hidden_columns_note
from etl.formats.source import RawBatch, Source
from etl.shape import must_be_the_kind
from etl.template.mark import changed_since, of_other_locality, other_template, parse_mark

# Values that a column is recognised by.
SAMPLE = 1_000


@dataclass(frozen=True)
class Inspected:
    """A source that can be a delivery of the layer.

    first: its first rows. batches: all rows, those included, to be read once: some formats have to read the whole
    file before they give the first row. questions: what a person has to decide first. hints: what could be used.
    """

    source: Source
    matching: Matching
    decoder: Decoder
    first: RawBatch
    batches: Iterator[RawBatch]
    questions: list[tuple[Reason, Text]]
    hints: list[AdvisedText | Text]


def inspect(
    file: Path, layer: Layer, options: DeliveryOptions, known: Evidence | None = None, locality: str | None = None
) -> Inspected:
    """The source in `file`; raises a DataRefused for what no row can make good, the plainest reason first.

    known: by what columns are recognised whose names are not. locality: the id of the one that is delivered to.
    """
    known = known or Evidence()
    source = open_source(file, layer, options.encoding, options.source_layer)
    template_hints = _template_hints(source, layer, locality)
    batches = source.batches()
    first = next(batches, None)
    if first is None:
        raise no_rows(source.name)
    must_be_the_kind(source, layer, first.geometry)
    matching = find(source.columns, layer, source.names_cut_at, options.columns, known.remembered)
    text = decoder(source, layer, options.encoding)
    columns = {name: first.columns[name] for name in matching.source_of.values()}
    questions: list[tuple[Reason, Text]] = [('encoding', question) for question in text.look(columns)]
    questions += [('letters', lost) for lost in text.lost(columns) if not options.agrees_to('letters', 1)]
    proposed = _Proposing(source, matching, text, first, layer, known)
    questions += [('columns', question) for question in proposed.questions()]
    batches = itertools.chain([first], batches)
    hints = [*_titles(first, matching, text, layer), *proposed.hints(), *template_hints]
    return Inspected(source, matching, text, first, batches, questions, hints)


def _template_hints(source: Source, layer: Layer, locality: str | None) -> list[AdvisedText | Text]:
    """What its template is not made for: the locality, or the layer as it is now; and columns that nobody sees.

    Raises OtherTemplate where it is of another layer.
    """
    hints: list[AdvisedText | Text] = [hidden_columns_note(source.hidden_columns)] if source.hidden_columns else []
    mark = parse_mark(source.template)
    if mark is None:
        return hints
    if mark.layer != layer.id:
        raise other_template(mark, layer)
    elsewhere = of_other_locality(mark, locality) if locality else None
    return [*hints, *filter(None, [elsewhere, changed_since(mark, layer)])]


def _titles(first: RawBatch, matching: Matching, decoder: Decoder, layer: Layer) -> list[Text]:
    """Which lists came as titles instead of codes, as far as the first rows show it."""
    listed = {name: column for name, column in layer.columns.items() if column.domain and column.type == 'text'}
    titles: list[Text] = []
    for name in (name for name in listed if name in matching.source_of):
        source = matching.source_of[name]
        titles += titles_for_codes(source, decoder.some(pc.unique(first.columns[source]), source), listed[name])
    return titles


@dataclass(frozen=True)
class _Proposing:
    """What columns without a known name may be."""

    source: Source
    matching: Matching
    decoder: Decoder
    first: RawBatch
    layer: Layer
    known: Evidence

    def questions(self) -> list[Text]:
        """Which columns a person has to name; raises MissingColumn where one is needed that nothing could be."""
        if not self.matching.missing:
            return []
        proposed = best(proposals(self.matching.missing, self._samples(), self.layer, self.known))
        for name in self.matching.missing:
            if name not in proposed:
                raise missing(name, self.layer, self.source.columns)
        return [which_column(proposed[name], self.layer) for name in self.matching.missing]

    def hints(self) -> list[Text]:
        """Which columns that are not used could be, where much speaks for it."""
        used_columns = {*self.matching.source_of, *self.matching.missing, *self.matching.filled}
        free = [name for name in self.layer.columns if name not in used_columns]
        samples = self._samples() if free and not self.matching.missing else {}
        proposed = best(proposals(free, samples, self.layer, self.known))
        return [perhaps(first) for first, *_ in proposed.values() if first.score >= STRONG]

    def _samples(self) -> dict[str, list[str]]:
        names = [name for name in self.matching.ignored if name not in self.source.coordinate_columns]
        columns = {name: self.first.columns[name].slice(0, SAMPLE) for name in names}
        return {name: self.decoder.some(values, name) for name, values in columns.items()}
