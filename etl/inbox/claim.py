"""A file that was taken out of an agency's folder: where it is worked on, and what is known of it.

It is moved before it is read, so that nobody changes it meanwhile, and what is known is written down before it is
acted on: whatever dies at whatever moment, the next round finds the claim and goes on.
"""

import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import chain, count
from pathlib import Path

from etl.formats.errors import ForeignReference
from etl.inbox.folders import ANSWERED, SHARED, TAKEN, opened, put, safe, short, unlike_ours
from etl.inbox.looking import WaitingFile

NOTE, ANSWER = 'claim.json', 'answer'


@dataclass
class Claim:
    """One file with what belongs to it.

    parts: the name that each lay under to the one that it has now. after: the newest delivery when it was taken.
    layer: that it is delivered as, once that is known. attempts: how often it was begun to be read and delivered.
    """

    home: str
    agency: str
    folder: str | None
    main: str
    parts: dict[str, str]
    after: int
    moved: bool = False
    layer: str | None = None
    attempts: int = 0

    @property
    def answer(self) -> Path:
        """The folder that the agency will get back: its file, and what came of it."""
        return Path(self.home) / ANSWER

    @property
    def file(self) -> Path:
        return self.answer / self.parts[self.main]

    def save(self) -> None:
        """Writes down what is known, whole or not at all."""
        draft = Path(self.home) / f'{NOTE}.new'
        # names may hold what is no UTF-8, which JSON can only escape
        draft.write_text(json.dumps(asdict(self)), encoding='ascii')
        draft.replace(Path(self.home) / NOTE)


def take(root: Path, waiting_file: WaitingFile, after: int) -> Claim:
    """The claim of what was found, moved to where only we can write. Raises OSError where that is not possible."""
    home = root / TAKEN / uuid.uuid4().hex
    home.mkdir()
    parts = {name: unlike_ours(safe(name)) for name in waiting_file.parts}
    claim = Claim(str(home), waiting_file.agency, waiting_file.folder, waiting_file.main, parts, after)
    claim.save()
    move(root, claim)
    return claim


def move(root: Path, claim: Claim) -> None:
    """Moves those parts that lie in the agency's folder still."""
    claim.answer.mkdir(exist_ok=True)
    where = (claim.agency,) if claim.folder is None else (claim.agency, claim.folder)
    with suppress(FileNotFoundError), opened(root, *where) as folder:
        for name, source in claim.parts.items():
            with suppress(FileNotFoundError):
                os.rename(name, claim.answer / source, src_dir_fd=folder)
    claim.moved = True
    claim.save()


def unfinished(root: Path) -> Iterator[Claim]:
    """The claims that an earlier round has left, with their files; what is no claim any more is removed."""
    for home in sorted((root / TAKEN).iterdir()):
        note = home / NOTE
        if not note.exists():
            _forget(home)
            continue
        # the inbox may have been mounted in another place since
        claim = Claim(**{**json.loads(note.read_text(encoding='ascii')), 'home': str(home)})
        if not claim.moved:
            with suppress(OSError):  # not ours to move: it lies where it lay, and the next look finds it there
                move(root, claim)
        if claim.answer.is_dir() and any(claim.answer.iterdir()):
            yield claim
        else:  # it was answered, or its file was taken away again
            _forget(home)


def must_be_a_file(claim: Claim) -> None:
    """Raises ForeignReference where a link came in the place of a file."""
    for name in claim.parts.values():
        if (claim.answer / name).is_symlink():
            raise ForeignReference(
                vi=f'{name} là liên kết tới nơi khác. Chép chính tệp đó vào thư mục.',
                en=f'{name} is a link to somewhere else. Copy the file itself into the folder.',
            )


def free_name(root: Path, claim: Claim, label: str) -> str:
    """A name that begins with `label`, for a folder that is not there yet in the agency's folder of answers."""
    with opened(root, claim.agency, ANSWERED) as answered:
        taken_names = {entry.name for entry in os.scandir(answered)}
    name = f'{label}-{short(claim.main)}'
    return next(
        candidate
        for candidate in chain([name], (f'{name}-{again}' for again in count(2)))
        if candidate not in taken_names
    )


def hand_back(root: Path, claim: Claim, name: str) -> None:
    """Puts file and answer into the agency's folder of answers in one step, in a folder of this name."""
    claim.answer.chmod(SHARED)
    put(claim.answer, root, (claim.agency, ANSWERED), name)
    _forget(Path(claim.home))


def _forget(home: Path) -> None:
    if home.is_dir():
        shutil.rmtree(home)
    else:
        home.unlink()
