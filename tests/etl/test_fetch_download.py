"""Files from the web are whole and verified, or not there; what broke off goes on."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.fetch.download import BLOCK_BYTES, ChangedFile, NoDownload, WrongChecksum, fetch, sha256_of
from etl.fetch.source import Download
from tests.etl.publisher import Publisher, publishing

CONTENT = bytes(range(256)) * 1_000


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with publishing() as running:
        yield running


def test_a_broken_download_goes_on_where_it_broke_off(publisher: Publisher, tmp_path: Path) -> None:
    download = Download(url=publisher.publish('a.bin', CONTENT))
    publisher.breaks_after = 150_000
    with pytest.raises(NoDownload, match='Run the command again'):
        fetch(download, tmp_path)
    assert not (tmp_path / 'a.bin').exists()
    assert fetch(download, tmp_path).read_bytes() == CONTENT
    assert publisher.asked == [('a.bin', None), ('a.bin', f'bytes={2 * BLOCK_BYTES}-')]
    assert sorted(file.name for file in tmp_path.iterdir()) == ['a.bin', 'a.bin.sha256']


def test_parts_of_two_versions_are_never_joined(publisher: Publisher, tmp_path: Path) -> None:
    download = Download(url=publisher.publish('a.bin', CONTENT))
    publisher.breaks_after = 150_000
    with pytest.raises(NoDownload):
        fetch(download, tmp_path)
    other = CONTENT[::-1]
    publisher.publish('a.bin', other, version='"2"')
    assert fetch(download, tmp_path).read_bytes() == other


def test_a_file_that_is_there_is_not_fetched_again(publisher: Publisher, tmp_path: Path) -> None:
    download = Download(url=publisher.publish('a.bin', CONTENT))
    fetch(download, tmp_path)
    fetch(download, tmp_path)
    assert publisher.asked == [('a.bin', None)]


def test_what_is_not_as_announced_is_dropped(publisher: Publisher, tmp_path: Path) -> None:
    right = hashlib.sha256(CONTENT).hexdigest()
    url = publisher.publish('a.bin', CONTENT + b'!')
    with pytest.raises(WrongChecksum, match='sha256'):
        fetch(Download(url=url, sha256=right), tmp_path)
    assert list(tmp_path.iterdir()) == []
    publisher.publish('a.bin', CONTENT)
    assert sha256_of(fetch(Download(url=url, sha256=right), tmp_path)) == right


def test_a_file_of_the_day_follows_the_checksum_beside_it(publisher: Publisher, tmp_path: Path) -> None:
    def announce(content: bytes) -> None:
        publisher.publish('a.md5', f'{hashlib.md5(content).hexdigest()}  a.bin\n'.encode())
        publisher.publish('a.bin', content, version=f'"{len(content)}"')

    announce(CONTENT)
    download = Download(url=f'{publisher.url}/a.bin', md5_url=f'{publisher.url}/a.md5')
    fetch(download, tmp_path)
    announce(CONTENT + b'tomorrow')
    assert fetch(download, tmp_path).read_bytes() == CONTENT + b'tomorrow'


def test_another_file_at_a_lasting_address_waits_for_a_word(publisher: Publisher, tmp_path: Path) -> None:
    download = Download(url=publisher.publish('a.bin', CONTENT))
    fetch(download, tmp_path).unlink()
    publisher.publish('a.bin', b'another')
    with pytest.raises(ChangedFile, match='--update'):
        fetch(download, tmp_path)
    assert fetch(download, tmp_path, update=True).read_bytes() == b'another'


@pytest.mark.parametrize('url', ['http://127.0.0.1:1/a.bin', '{publisher}/missing.bin'])
def test_no_answer_says_what_to_check(url: str, publisher: Publisher, tmp_path: Path) -> None:
    with pytest.raises(NoDownload) as caught:
        fetch(Download(url=url.format(publisher=publisher.url)), tmp_path)
    assert 'sources/' in caught.value.text.vi
    assert not (tmp_path / 'a.bin').exists()
