"""Several layers of one file that are parts of one table: a sheet for each commune, a layer for each town."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from etl.formats.errors import NoLayerInFile
from etl.formats.source import BATCH_ROWS, EncodedBatch, Source, family

# What a sender names in place of a layer.
ALL = '*'


@dataclass(frozen=True, kw_only=True)
class LayersTogether(Source):
    """The rows of all parts, in their order, counted on from one to the next."""

    parts: tuple[Source, ...]

    def encoded_batches(self, rows: int = BATCH_ROWS) -> Iterator[EncodedBatch]:
        """All rows, in the order of the file."""
        before = 0
        for part in self.parts:
            last = before
            for batch in part.encoded_batches(rows):
                columns = {name: batch.columns[name] for name in self.columns}
                moved = replace(batch, first_row=batch.first_row + before, columns=columns)
                last = moved.first_row + moved.rows - 1
                yield moved
            before = last


def are_alike(sources: Sequence[Source]) -> bool:
    """Whether the layers have the same columns and geometry, and are read in the same way."""
    return len({_form(source) for source in sources}) == 1


def together(sources: Sequence[Source], name: str) -> Source:
    """All layers of the file `name` as one; raises NoLayerInFile where they are not alike."""
    first = sources[0]
    for other in sources[1:]:
        if not are_alike([first, other]):
            raise _unlike(first, other, name)
    counts = [source.rows for source in sources]
    return LayersTogether(
        name=f'{name}: {", ".join(str(source.layer or source.name) for source in sources)}',
        layer=ALL,
        rows=None if None in counts else sum(count for count in counts if count is not None),
        parts=tuple(sources),
        columns=first.columns,
        kind=first.kind if len({source.kind for source in sources}) == 1 else None,
        declared_crs=first.declared_crs,
        implied_crs=first.implied_crs,
        axes_known=first.axes_known,
        declared_encoding=first.declared_encoding,
        unicode=first.unicode,
        read_as=first.read_as,
        names_cut_at=first.names_cut_at,
        coordinate_columns=first.coordinate_columns,
        address_column=first.address_column,
        has_places=first.has_places,
        hidden_columns=first.hidden_columns,
    )


def _form(source: Source) -> tuple[object, ...]:
    """What has to be the same for rows to be of one table."""
    return (
        frozenset(source.columns), family(source.kind), source.declared_crs, source.implied_crs, source.axes_known,
        source.declared_encoding, source.unicode, source.read_as, source.coordinate_columns,
        source.address_column, source.has_places,
    )  # fmt: skip


def _unlike(first: Source, other: Source, name: str) -> NoLayerInFile:
    names = first.layer or first.name, other.layer or other.name
    apart = sorted(set(first.columns) ^ set(other.columns))
    vi = f'khác cột ({", ".join(apart)})' if apart else 'khác hệ tọa độ, loại hình học hoặc bảng mã'
    en = f'in columns ({", ".join(apart)})' if apart else 'in coordinate system, geometry or encoding'
    return NoLayerInFile(
        vi=f'{name}: "{names[0]}" và "{names[1]}" {vi}, nên không thể nhận như một bảng. Sửa cho giống, hoặc gửi '
        'từng lớp.',
        en=f'{name}: "{names[0]}" and "{names[1]}" differ {en}, so they are not one table. Make them alike, or send '
        'them one by one.',
    )
