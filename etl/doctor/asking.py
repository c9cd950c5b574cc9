"""What is said of columns that are proposed, remembered, or of another name."""

from shlex import quote

from dothi.core.layer import Layer
from dothi.core.text import AdvisedText, Text
from etl.doctor.proposals import Proposal


def which_column(proposals: list[Proposal], layer: Layer) -> AdvisedText:
    """The question whether a column of the file is one that the layer needs."""
    first = proposals[0]
    title = layer.columns[first.column].title
    vi = '; '.join(f'"{proposal.source}" ({proposal.why.vi})' for proposal in proposals)
    en = '; '.join(f'"{proposal.source}" ({proposal.why.en})' for proposal in proposals)
    option = f'--column {quote(f"{first.source}={first.column}")}'
    return AdvisedText(
        vi=f'Cột bắt buộc {first.column} ({title.vi}) không có trong tệp; có thể là {vi}. Cho biết có đúng không.',
        en=f'The required column {first.column} ({title.en}) is not in the file; it may be {en}. Say whether it is.',
        steward=_if_so(option),
    )


def perhaps(proposal: Proposal) -> AdvisedText:
    """A hint at a column that the layer could use."""
    option = f'--column {quote(f"{proposal.source}={proposal.column}")}'
    return AdvisedText(
        vi=f'Cột "{proposal.source}" không dùng đến, nhưng có vẻ là {proposal.column} ({proposal.why.vi}). '
        'Nếu đúng, cho trung tâm biết.',
        en=f'The column "{proposal.source}" is not used, but looks like {proposal.column} ({proposal.why.en}). '
        'If so, tell the centre.',
        steward=_if_so(option),
    )


def _if_so(option: str) -> Text:
    return Text(vi=f'Nếu đúng: {option}.', en=f'If so: {option}.')
