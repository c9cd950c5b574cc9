"""The files that agencies send, each format behind the same `Source`."""

from etl.formats.opening import open_source, suffixes_beside
from etl.formats.source import BATCH_ROWS, RawBatch, Source, family

__all__ = ['BATCH_ROWS', 'RawBatch', 'Source', 'family', 'open_source', 'suffixes_beside']
