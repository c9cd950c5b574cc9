"""A fault that many downloads share is said once, and a few are named each."""

from datetime import UTC, datetime

import pytest

from dothi.cli.fault_lines import download_fault_lines
from dothi.core.export.download_faults import DownloadFault


def faults(count: int, reason: str) -> list[DownloadFault]:
    at = datetime(2026, 11, 29, 2, 25, tzinfo=UTC)
    return [
        DownloadFault.model_validate(
            {
                'layer_id': f'layer{n}',
                'audience': 'public',
                'format': 'csv',
                'reason': reason,
                'times': 1,
                'failed_at': at,
            }
        )
        for n in range(count)
    ]


@pytest.mark.parametrize(('count', 'lines'), [(0, 0), (1, 1), (5, 5), (6, 1), (177, 1)])
def test_many_downloads_with_one_fault_are_one_line(monkeypatch: pytest.MonkeyPatch, count: int, lines: int) -> None:
    """With the number of all, the first by name, the next try, and what can be done."""
    monkeypatch.setenv('DOTHI_LANG', 'en')
    said = list(download_fault_lines(faults(count, 'disk')))
    assert len(said) == lines
    assert all('layer0.csv (public)' in line for line in said[:1])
    assert all('Look at space and rights' in line and '09:26' in line for line in said)
    assert lines == count or f'{count} downloads' in said[0]
    assert lines == count or f'and {count - 5} more' in said[0]


def test_each_reason_is_said_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DOTHI_LANG', 'vi')
    disk, memory = download_fault_lines([*faults(9, 'memory'), *faults(7, 'disk')])
    assert disk.startswith('[yellow]7 tệp tải về chưa làm được')
    assert 'DOTHI_JOB_MEMORY_MB' in memory
