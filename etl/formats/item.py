"""A delivered file or a member of a delivered archive: the same to every reader."""

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from etl.formats import zipped
from etl.formats.errors import UnreadableFile


@dataclass(frozen=True)
class Item:
    """`file` itself, or what the archive `file` holds under `member`."""

    file: Path
    member: str | None = None

    @property
    def name(self) -> str:
        """The name that the sender gave the item."""
        return self.member or self.file.name

    @property
    def suffix(self) -> str:
        """The suffix of the name, in lower case."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def gdal_path(self) -> str:
        """GDAL's path of it; the braces allow any name for an archive and its members."""
        path = str(self.file.absolute())
        return path if self.member is None else f'/vsizip/{{{path}}}/{self.member}'

    @property
    def size(self) -> int:
        """The size in bytes, unpacked."""
        if self.member is None:
            return self.file.stat().st_size
        with zipfile.ZipFile(self.file) as archive:
            return archive.getinfo(self.member).file_size

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Its bytes, unpacked; raises UnreadableFile where an archive turns out to be damaged."""
        if self.member is None:
            with self.file.open('rb') as opened:
                yield opened
            return
        try:
            with zipfile.ZipFile(self.file) as archive, archive.open(self.member) as opened:
                yield opened
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
            raise UnreadableFile(
                vi=f'{self.name} trong tệp nén bị hỏng ({error}). Nén lại và gửi lại.',
                en=f'{self.name} is damaged inside the archive ({error}). Zip it again and resend.',
            ) from None

    def unpacked(self) -> tuple[Path, object]:
        """A file of its own, for what GDAL does not open inside an archive; it lives as long as what comes with it."""
        if self.member is None:
            return self.file.absolute(), None
        folder = tempfile.TemporaryDirectory(prefix='dothi-')
        path = Path(folder.name) / f'unpacked{self.suffix}'
        with self.open() as packed, path.open('wb') as opened:
            shutil.copyfileobj(packed, opened)
        return path, folder

    def unpacked_whole(self) -> tuple[str, object]:
        """Unpack the item with all members of the same stem, their suffixes in lower case."""
        folder = tempfile.TemporaryDirectory(prefix='dothi-')
        for member in self._parts():
            path = Path(folder.name) / f'unpacked{member.suffix}'
            with member.open() as packed, path.open('wb') as opened:
                shutil.copyfileobj(packed, opened)
        return str(Path(folder.name) / f'unpacked{self.suffix}'), folder

    def has_mixed_suffixes(self) -> bool:
        """Whether a part of it has a suffix such as `.Dbf`, which GDAL looks for as `.dbf` and `.DBF` only."""
        suffixes = [PurePosixPath(part.name).suffix for part in self._parts()]
        return any(suffix not in (suffix.lower(), suffix.upper()) for suffix in suffixes) or (
            len({suffix.isupper() for suffix in suffixes}) > 1
        )

    def _parts(self) -> 'list[Item]':
        """The members of an archive that have its stem, itself among them."""
        stem = PurePosixPath(self.name).with_suffix('')
        names = [name for name in self._neighbours() if PurePosixPath(name).with_suffix('') == stem]
        return [Item(self.file, name) for name in names]

    def head(self, size: int) -> bytes:
        """The first bytes of the item."""
        with self.open() as opened:
            return opened.read(size)

    def beside(self, suffix: str) -> 'Item | None':
        """What has the same name but for this suffix, in any spelling, beside it."""
        stem = PurePosixPath(self.name).with_suffix('')
        for name in self._neighbours():
            path = PurePosixPath(name)
            if path.with_suffix('') == stem and path.suffix.lower() == suffix:
                return Item(self.file, name) if self.member else Item(self.file.with_name(name))
        return None

    def _neighbours(self) -> list[str]:
        if self.member is not None:
            return zipped.names(self.file)
        return [path.name for path in self.file.parent.iterdir() if path.is_file()]
