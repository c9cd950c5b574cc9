"""What `dothi status` says of layers that could not be written to files, and of the demo's files that were refused."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.markup import escape

from dothi.core.clock import local_minute
from dothi.core.export.download_faults import DownloadFault
from dothi.core.locality import locality_zone
from dothi.core.reader_language import pick_text, pick_words
from etl.demonstration.refused import RefusedDemo

# A full disk leaves no file of any layer; more of one reason than these are a number and the first of them.
MOST_NAMES = 5


def refused_demo_lines(refused: Iterable[RefusedDemo]) -> Iterator[str]:
    """For each file of the demo that a layer did not take: which, why, and where its report is."""
    for each in refused:
        lacks = pick_words('thiếu dữ liệu minh họa', 'lacks its demonstration data')
        returned = pick_words('bị trả lại', 'was returned')
        report = pick_words('xem', 'see')
        yield f'[yellow]{each.layer} {lacks}: {each.file} {returned} ({report} dothi delivery {each.delivery}).[/]'
        yield f'  {escape(pick_text(each.reason))}'


def download_fault_lines(faults: Iterable[DownloadFault]) -> Iterator[str]:
    """For each reason which files are not there, when they are tried again, and what can be done."""
    by_reason = sorted(faults, key=lambda fault: fault.reason)
    for _, group in groupby(by_reason, key=lambda fault: fault.reason):
        same = list(group)
        if len(same) <= MOST_NAMES:
            yield from map(_single, same)
        else:
            yield _together(same)


def _single(fault: DownloadFault) -> str:
    failed = pick_words('Tệp tải về chưa làm được', 'The download could not be made ready')
    again = pick_words(f'lần {fault.times}; thử lại lúc', f'failure {fault.times}; next try at')
    return f'[yellow]{failed}: {_name(fault)}, {again} {_minute(fault)}.[/]\n  {pick_text(fault.text)}'


def _together(faults: list[DownloadFault]) -> str:
    failed = pick_words('tệp tải về chưa làm được', 'downloads could not be made ready')
    again = pick_words('thử lại từ', 'next tries from')
    first, others = min(faults, key=lambda fault: fault.retry_at), len(faults) - MOST_NAMES
    names = ', '.join(map(_name, faults[:MOST_NAMES]))
    more = pick_words(f'và {others} tệp khác', f'and {others} more')
    return (
        f'[yellow]{len(faults)} {failed}: {names} {more}; {again} {_minute(first)}.[/]\n  {pick_text(faults[0].text)}'
    )


def _name(fault: DownloadFault) -> str:
    return f'{fault.layer_id}.{fault.format} ({fault.audience})'


def _minute(fault: DownloadFault) -> str:
    return local_minute(fault.retry_at, locality_zone())
