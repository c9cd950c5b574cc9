"""A file looked at: its layer, kind, columns and text, before a database is asked anything."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dothi.core.layer import Layer
from dothi.core.text import Text
from etl.doctor.columns import Matching, match
from etl.doctor.text.decoder import Decoder, decoder
from etl.formats import Source, open_source
from etl.formats.opening import no_rows
from etl.formats.source import RawBatch
from etl.held import Reason
from etl.options import DeliveryOptions
from etl.shape import must_be_the_kind


@dataclass(frozen=True)
class Inspected:
    """A source that can be a delivery of the layer.

    first: its first rows. batches: all rows, those included, to be read once: some formats have to read the whole
    file before they give the first row. questions: what a person has to decide first.
    """

    source: Source
    matching: Matching
    decoder: Decoder
    first: RawBatch
    batches: Iterator[RawBatch]
    questions: list[tuple[Reason, Text]]


def inspect(file: Path, layer: Layer, options: DeliveryOptions) -> Inspected:
    """The source in `file`; raises a DataRefused for what no row can make good, the plainest reason first."""
    source = open_source(file, layer, options.encoding, options.source_layer)
    batches = source.batches()
    first = next(batches, None)
    if first is None:
        raise no_rows(source.name)
    must_be_the_kind(source, layer, first.geometry)
    matching = match(source.columns, layer, source.names_cut_at)
    text = decoder(source, layer, options.encoding)
    open_ = text.look({name: first.columns[name] for name in matching.source_of.values()})
    questions: list[tuple[Reason, Text]] = [('encoding', asked) for asked in open_]
    return Inspected(source, matching, text, first, itertools.chain([first], batches), questions)
