"""What is said of columns that are proposed, remembered, or of another name."""

from dothi.core.layer import Layer
from dothi.core.text import Text
from etl.doctor.proposals import Proposal


def which_column(found: list[Proposal], layer: Layer) -> Text:
    """The question whether a column of the file is one that the layer needs."""
    first = found[0]
    title = layer.columns[first.column].title
    vi = '; '.join(f'"{one.source}" ({one.why.vi})' for one in found)
    en = '; '.join(f'"{one.source}" ({one.why.en})' for one in found)
    option = f'--column {first.source}={first.column}'
    return Text(
        vi=f'Cột bắt buộc {first.column} ({title.vi}) không có trong tệp; có thể là {vi}. Nếu đúng: {option}.',
        en=f'The required column {first.column} ({title.en}) is not in the file; it may be {en}. If so: {option}.',
    )


def perhaps(found: Proposal) -> Text:
    """A hint at a column that the layer could use."""
    option = f'--column {found.source}={found.column}'
    return Text(
        vi=f'Cột "{found.source}" không dùng đến, nhưng có vẻ là {found.column} ({found.why.vi}). Nếu đúng: {option}.',
        en=f'The column "{found.source}" is not used, but looks like {found.column} ({found.why.en}). If so: {option}.',
    )
