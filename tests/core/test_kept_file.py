"""Kept files: one that is not what was kept is never served, whatever its size and date."""

import hashlib
import os
from pathlib import Path

import pytest

from dothi.core.kept_file import is_intact

CONTENT = b'what was kept'
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def kept(tmp_path: Path) -> Path:
    file = tmp_path / 'kept.bin'
    file.write_bytes(CONTENT)
    return file


def test_a_file_is_intact_until_its_size_or_content_changes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = kept(tmp_path)
    assert is_intact(file, len(CONTENT), SHA256)
    assert is_intact(file, len(CONTENT), None)
    assert not caplog.records
    assert not is_intact(file, len(CONTENT) + 1, None)
    file.write_bytes(CONTENT.replace(b'k', b'x'))
    assert not is_intact(file, len(CONTENT), SHA256)
    assert [record.levelname for record in caplog.records] == ['CRITICAL'] * 2
    assert 'kept.bin' in caplog.text


def test_a_change_is_seen_although_the_file_pretends_to_be_as_old_as_before(tmp_path: Path) -> None:
    """Its time of modification can be set, its time of change cannot."""
    file = kept(tmp_path)
    assert is_intact(file, len(CONTENT), SHA256)
    before = file.stat()
    file.write_bytes(CONTENT.replace(b'k', b'x'))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not is_intact(file, len(CONTENT), SHA256)


def test_content_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = kept(tmp_path)
    assert is_intact(file, len(CONTENT), SHA256)
    monkeypatch.setattr(hashlib, 'file_digest', None)
    assert all(is_intact(file, len(CONTENT), SHA256) for _ in range(3))
