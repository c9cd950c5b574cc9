"""Files from the web: resumed where they broke off, whole and verified or not there at all."""

import hashlib
import re
from pathlib import Path

import requests

from dothi.core.errors import DataRefused, EnvironmentMissing, HeldForDecision
from dothi.core.progress import Progress, silent
from etl.fetch.source import Download

# What a broken connection loses at most.
BLOCK_BYTES = 1 << 16
TIMEOUT_S = 60
# Publishers ask to be told who fetches.
HEADERS = {'User-Agent': 'dothi', 'Accept-Encoding': 'identity'}


class NoDownload(EnvironmentMissing):
    """The file could not be fetched, or not to its end."""


class WrongChecksum(DataRefused):
    """What was fetched is not what its publisher announced."""


class ChangedFile(HeldForDecision):
    """The file at this address is another one than last time."""


def fetch(download: Download, folder: Path, *, update: bool = False, progress: Progress = silent) -> Path:
    """The file in `folder`, fetched unless it is there already in the announced state.

    What a broken connection left is continued the next time. A file without an announced checksum is remembered by
    its SHA-256: another content at the same address raises ChangedFile, unless `update`. Raises NoDownload and
    WrongChecksum.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / download.file_name
    announced = _announced(download)
    if target.exists() and _is_as_announced(target, announced) and not (update and announced is None):
        return target
    part = folder / f'{download.file_name}.part'
    _fill(download.url, part, progress)
    _verify(part, announced, download)
    _must_be_known(part, target, update or announced is not None, download)
    part.replace(target)
    _remember(target)
    _version_file(part).unlink(missing_ok=True)
    return target


def sha256_of(file: Path) -> str:
    """SHA-256 of the file's content, in hexadecimal digits."""
    return _digest(file, 'sha256')


def _announced(download: Download) -> tuple[str, str] | None:
    """Name and value of the checksum that the file must have, or None."""
    if download.sha256:
        return 'sha256', download.sha256
    if download.md5_url is None:
        return None
    checksum = re.search(r'\b[0-9a-f]{32}\b', _get(download.md5_url).text.lower())
    if checksum is None:
        raise NoDownload(
            vi=f'{download.md5_url} không chứa mã kiểm tra MD5. Kiểm tra md5_url.',
            en=f'{download.md5_url} holds no MD5 checksum. Check md5_url.',
        )
    return 'md5', checksum[0]


def _is_as_announced(file: Path, announced: tuple[str, str] | None) -> bool:
    return announced is None or _digest(file, announced[0]) == announced[1]


def _fill(url: str, part: Path, progress: Progress) -> None:
    """Fetches what `part` lacks; from the start where the server has another version, or gives no parts."""
    have = part.stat().st_size if part.exists() else 0
    version = _version_file(part)
    etag = version.read_text(encoding='utf-8') if have and version.exists() else ''
    headers = {'Range': f'bytes={have}-', 'If-Range': etag} if etag else {}
    response = _get(url, headers)
    continued = response.status_code == requests.codes.partial_content
    version.write_text(response.headers.get('ETag') or response.headers.get('Last-Modified') or '', encoding='utf-8')
    done = have if continued else 0
    length = response.headers.get('Content-Length')
    total = done + int(length) if length else None
    try:
        with part.open('ab' if continued else 'wb') as out:
            for block in response.iter_content(BLOCK_BYTES):
                out.write(block)
                done += len(block)
                progress('download', done, total)
    except requests.RequestException as error:
        raise _broken_off(url, error) from None
    if total is not None and done < total:
        raise _broken_off(url, f'{done} / {total} bytes')


def _get(url: str, headers: dict[str, str] | None = None) -> requests.Response:
    """The open response; raises NoDownload for anything but a file or a part of it."""
    try:
        response = requests.get(url, headers=HEADERS | (headers or {}), stream=True, timeout=TIMEOUT_S)
        if headers and response.status_code == requests.codes.requested_range_not_satisfiable:
            response = requests.get(url, headers=HEADERS, stream=True, timeout=TIMEOUT_S)
        response.raise_for_status()
    except requests.RequestException as error:
        raise NoDownload(
            vi=f'Không tải được {url} ({_reason(error)}). Kiểm tra mạng và địa chỉ trong sources/.',
            en=f'{url} cannot be fetched ({_reason(error)}). Check the network, and the address in sources/.',
        ) from None
    return response


def _verify(part: Path, announced: tuple[str, str] | None, download: Download) -> None:
    if announced is None or _is_as_announced(part, announced):
        return
    part.unlink()
    _version_file(part).unlink(missing_ok=True)
    raise WrongChecksum(
        vi=f'{download.url}: mã {announced[0]} của tệp tải về không đúng ({announced[1]}). Đã bỏ tệp; hãy tải lại.',
        en=f'{download.url}: the {announced[0]} of the file is not {announced[1]}. It was dropped; fetch again.',
    )


def _must_be_known(part: Path, target: Path, allowed: bool, download: Download) -> None:
    """Raises ChangedFile where the address gave another file before, and nobody said that this is well."""
    remembered = _checksum_file(target)
    if allowed or not remembered.exists():
        return
    before, now = remembered.read_text(encoding='utf-8').strip(), sha256_of(part)
    if before == now:
        return
    raise ChangedFile(
        vi=f'{download.url} nay là tệp khác (sha256 {now[:12]}…, trước là {before[:12]}…). '
        'Nếu đúng là bản mới, tải lại với --update.',
        en=f'{download.url} is another file now (sha256 {now[:12]}…, it was {before[:12]}…). '
        'If that is a new version, fetch with --update.',
    )


def _remember(target: Path) -> None:
    _checksum_file(target).write_text(sha256_of(target) + '\n', encoding='utf-8')


def _checksum_file(target: Path) -> Path:
    return target.with_name(target.name + '.sha256')


def _version_file(part: Path) -> Path:
    """Holds what the server called the version of which a part was fetched."""
    return part.with_name(part.name + '.version')


def _digest(file: Path, name: str) -> str:
    with file.open('rb') as opened:
        return hashlib.file_digest(opened, name).hexdigest()


def _broken_off(url: str, error: object) -> NoDownload:
    return NoDownload(
        vi=f'Tải {url} bị ngắt giữa chừng ({_reason(error)}). Chạy lại lệnh này để tải tiếp phần còn lại.',
        en=f'Fetching {url} broke off ({_reason(error)}). Run the command again, and it goes on from there.',
    )


def _reason(error: object) -> str:
    """A short word on what went wrong, without addresses of Python objects."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f'HTTP {error.response.status_code}'
    return type(error).__name__ if isinstance(error, Exception) else str(error)
