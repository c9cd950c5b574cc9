"""Requests for data by other offices: recorded, answered with files and their licence, or refused with a legal basis.

Decree 194/2025 makes sharing the rule; a refusal is in writing and names its legal basis.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dothi.core.catalog import Release, current_releases
from dothi.core.database import READERS, connection
from dothi.core.errors import NotFound, WrongUse
from dothi.core.export.extract import Extract
from dothi.core.export.formats import FORMATS
from dothi.core.layer import Audience, Layer
from dothi.core.layer_source import source
from dothi.core.locality import Locality, locality_zone
from dothi.core.progress import Progress, silent
from dothi.core.text import Lang
from etl.desk.letter import Letter, one_line

NOTICE = 'LICENCE.txt'
# Of what is said in one line of the notice.
LONGEST = 1_000


class NoSuchRequest(NotFound):
    """No request for data has this number."""


class AlreadyAnswered(WrongUse):
    """The request was answered or refused before."""


class NothingToShare(WrongUse):
    """A layer that is asked for has no data, or may not be given to this audience."""


class FolderInUse(WrongUse):
    """The folder for an answer cannot be written, or holds another answer."""


type Said = Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=r'\S'), AfterValidator(one_line)]


class NewRequest(BaseModel):
    """What an office asks for. format: one of the file formats; legal_basis: on which it asks."""

    model_config = ConfigDict(extra='forbid', frozen=True)

    requester: Said
    purpose: Said
    layers: list[str] = Field(min_length=1)
    format: str = 'gpkg'
    legal_basis: Said
    letter: Letter | None = None


class SharedFile(BaseModel):
    """A file that was given: of which layer and release, under which licence, and what it was."""

    file: str
    layer: str
    release: int
    rows: int
    demo: bool
    licence: str
    sha256: str
    size_bytes: int


class DataRequest(NewRequest):
    """A request as it is recorded, with what became of it. refusal_basis: the legal basis of a refusal."""

    # as it was recorded, whatever holds for new ones
    requester: str
    purpose: str
    legal_basis: str
    id: int
    received_at: datetime
    status: Literal['open', 'answered', 'refused']
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
    refusal_basis: str | None
    answer_letter: Letter | None
    files: list[SharedFile]


def receive(new: NewRequest, locality: Locality) -> DataRequest:
    """The request, recorded. Raises UnknownLayer, and WrongUse for a format that files do not come in."""
    for layer in new.layers:
        locality.layer(layer)
    if new.format not in FORMATS:
        raise WrongUse.with_suggestion(
            new.format,
            FORMATS,
            vi=f'Không có định dạng "{new.format}".',
            en=f'There is no format "{new.format}".',
        )
    values = new.model_dump(mode='json') | {'layers': list(dict.fromkeys(new.layers)), 'letter': _as_json(new.letter)}
    query = """insert into catalog.data_request (requester, purpose, layers, format, legal_basis, letter)
        values (%(requester)s, %(purpose)s, %(layers)s, %(format)s, %(legal_basis)s, %(letter)s) returning *"""
    with connection('loader') as db:
        return _rows(db, query, values)[0]


def requests(since: date | None = None, until: date | None = None) -> list[DataRequest]:
    """All requests that were received from the day `since` to the day `until`, the open ones first, then the newest.

    Days are those of the locality.
    """
    query = """select request.* from catalog.data_request as request
        cross join lateral (select (received_at at time zone %(zone)s)::date) as received (day)
        where (%(since)s::date is null or day >= %(since)s) and (%(until)s::date is null or day <= %(until)s)
        order by status <> 'open', case status when 'open' then id else -id end"""
    with connection('loader') as db:
        return _rows(db, query, {'since': since, 'until': until, 'zone': locality_zone().key})


@dataclass(frozen=True)
class Share:
    """How files are written for an answer. audience: whose layers and columns are given."""

    folder: Path
    locality: Locality
    audience: Audience
    lang: Lang
    progress: Progress = silent


class Answer(BaseModel):
    """What is decided on a request, and by whom. basis: the legal basis of a refusal."""

    model_config = ConfigDict(extra='forbid', frozen=True)

    by: str = Field(min_length=1)
    reason: str | None = None
    basis: str | None = None
    letter: Letter | None = None


def answer(number: int, share: Share, said: Answer) -> DataRequest:
    """The request, answered with a file for each layer and their licences in the folder of `share`.

    Raises NoSuchRequest, AlreadyAnswered, NothingToShare, FolderInUse, and what the writer of the format raises;
    nothing is recorded then, and nothing lies in the folder.
    """
    request = _open_request(number)
    layers = [_shareable(name, share) for name in dict.fromkeys(request.layers)]
    with _prepared(share.folder) as prepared:
        with connection(READERS[share.audience]) as db:
            files = [_write(db, layer, request.format, replace(share, folder=prepared)) for layer in layers]
        notice = _notice(request, files, layers, share.locality)
        (prepared / NOTICE).write_text(notice, encoding='utf-8')
        with connection('loader') as db:
            answered = _decide(db, number, 'answered', said, json.dumps([file.model_dump() for file in files]))
            # before the decision is committed: whoever was slower has put nothing there
            _move(prepared, share.folder)
    return answered


@contextmanager
def _prepared(folder: Path) -> Iterator[Path]:
    """A folder within `folder` that is gone at the end; raises FolderInUse."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix='.answer-') as prepared:
            _must_be_free(folder / NOTICE)
            yield Path(prepared)
    except (FileExistsError, NotADirectoryError, PermissionError, FileNotFoundError) as unusable:
        raise FolderInUse(
            vi=f'--folder {folder}: không ghi được vào thư mục này ({unusable.strerror}). Chọn thư mục khác.',
            en=f'--folder {folder}: the folder cannot be written ({unusable.strerror}). Choose another one.',
        ) from None


def _move(prepared: Path, folder: Path) -> None:
    """All files at once as far as file systems can; raises FolderInUse before the first where one is there already."""
    files = sorted(prepared.iterdir())
    for file in files:
        _must_be_free(folder / file.name)
    for file in files:
        file.rename(folder / file.name)


def _must_be_free(file: Path) -> None:
    if file.exists():
        raise FolderInUse(
            vi=f'{file}: đã có, của một lần trả lời khác. Mỗi yêu cầu một thư mục: --folder.',
            en=f'{file} is there already, of another answer. Give each request a folder of its own: --folder.',
        )


def refuse(number: int, said: Answer) -> DataRequest:
    """The request, refused in writing; `said` has the reason and the legal basis. Raises as `answer`, and WrongUse."""
    _open_request(number)
    if not ((said.reason or '').strip() and (said.basis or '').strip()):
        raise WrongUse(
            vi='Từ chối phải có lý do và căn cứ pháp lý: --reason và --basis.',
            en='A refusal needs a reason and its legal basis: --reason and --basis.',
        )
    with connection('loader') as db:
        return _decide(db, number, 'refused', said)


def _open_request(number: int) -> DataRequest:
    with connection('loader') as db:
        rows = _rows(db, 'select * from catalog.data_request where id = %(id)s', {'id': number})
    if not rows:
        raise NoSuchRequest(
            vi=f'Không có yêu cầu dữ liệu số {number}. Xem: dothi requests.',
            en=f'There is no request for data {number}. See: dothi requests.',
        )
    if rows[0].status != 'open':
        raise AlreadyAnswered(
            vi=f'Yêu cầu {number} đã được trả lời hoặc từ chối ({rows[0].status}).',
            en=f'The request {number} was dealt with before ({rows[0].status}).',
        )
    return rows[0]


def _shareable(name: str, share: Share) -> Layer:
    layer = share.locality.layer(name)
    if not layer.visible_to(share.audience):
        raise NothingToShare(
            vi=f'Lớp {name} không công khai. Từ chối kèm căn cứ, hoặc trả lời với --audience internal.',
            en=f'The layer {name} is not public. Refuse it with the legal basis, or answer with --audience internal.',
        )
    return layer


def _write(db: Connection, layer: Layer, form: str, share: Share) -> SharedFile:
    """The file of one layer in the release that is served."""
    release = current_releases(db).get(layer.id)
    if release is None:
        raise NothingToShare(
            vi=f'Lớp {layer.id} chưa có dữ liệu để chia sẻ.', en=f'The layer {layer.id} has no data to share yet.'
        )
    locality, counted = share.locality, [0]
    extract = Extract(
        layer=layer,
        columns=layer.columns_for(share.audience),
        release=release,
        tail=sql.SQL('from {} as f order by id').format(source(layer, locality, share.audience)),
        srid=locality.srid,
        working_srid=locality.srid,
        lang=share.lang,
    )

    def tell(count: int) -> None:
        counted[0] = count
        share.progress(f'write {layer.id}', count, release.rows_total)

    path = share.folder / f'{extract.file_name}.{form}'
    FORMATS[form].write(db, extract, path, tell)
    return _shared_file(path, layer, release, counted[0])


def _shared_file(path: Path, layer: Layer, release: Release, rows: int) -> SharedFile:
    with path.open('rb') as content:
        digest = hashlib.file_digest(content, 'sha256').hexdigest()
    return SharedFile(
        file=path.name,
        layer=layer.id,
        release=release.number,
        rows=rows,
        demo=release.demo_rows > 0,
        licence=layer.licence,
        sha256=digest,
        size_bytes=path.stat().st_size,
    )


def _notice(request: DataRequest, files: Sequence[SharedFile], layers: Sequence[Layer], locality: Locality) -> str:
    """What lies beside the files, in both languages: for whom and what for, and the licence of each."""
    lines = [
        f'{locality.place.attribution.vi} / {locality.place.attribution.en}',
        f'Yêu cầu số / request no. {request.id}: {request.requester}',
        f'Mục đích / purpose: {request.purpose}',
        f'Căn cứ / legal basis: {request.legal_basis}',
        '',
    ]
    for file, layer in zip(files, layers, strict=True):
        demo = ' – dữ liệu minh họa / demonstration data' if file.demo else ''
        lines += [
            f'{file.file}: {layer.title.vi} / {layer.title.en}, bản phát hành / release {file.release}{demo}',
            f'  giấy phép / licence {file.licence}, SHA-256 {file.sha256}',
        ]
    return '\n'.join(lines) + '\n'


def _decide(db: Connection, number: int, status: str, said: Answer, files: str = '[]') -> DataRequest:
    query = """update catalog.data_request set status = %(status)s, decided_at = now(), decided_by = %(by)s,
            reason = %(reason)s, refusal_basis = %(basis)s, answer_letter = %(letter)s, files = %(files)s
        where id = %(id)s and status = 'open' returning *"""
    values = said.model_dump() | {'id': number, 'status': status, 'files': files, 'letter': _as_json(said.letter)}
    rows = _rows(db, query, values)
    if not rows:
        # somebody else was quicker
        _open_request(number)
    return rows[0]


def _as_json(letter: Letter | None) -> str | None:
    return None if letter is None else letter.model_dump_json()


def _rows(db: Connection, query: str, values: dict[str, Any]) -> list[DataRequest]:
    with db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(query, values)
        return [DataRequest.model_validate(dict(row)) for row in cursor.fetchall()]
