"""Putting what was restored in the place of what was there, which is kept under another name.

All that can fail comes first: what lies on another disk than its place is copied beside it. From then on folders are
only renamed.
"""

import errno
import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from dothi.core.errors import DiskFull


@dataclass(frozen=True)
class Replacement:
    """A folder that is made ready, and the place where it is to be. at: when, for the names of what is set aside."""

    ready: Path
    target: Path
    at: str

    @property
    def aside(self) -> Path:
        """Where to what was in the place goes."""
        return self.target.with_name(f'{self.target.name}.before-{self.at}')

    @property
    def near(self) -> Path:
        """Where a copy goes of what lies on another disk."""
        return self.target.with_name(f'{self.target.name}.restored-{self.at}')


def replace_folders(replacements: list[Replacement]) -> list[Path]:
    """Moves what is ready to its places, all or nothing as far as disks go; the folders that were set aside.

    Raises DiskFull where the disk of a place has no room for it; nothing was moved then.
    """
    try:
        brought = [_bring_near(replacement) for replacement in replacements]
    except BaseException:
        for replacement in replacements:
            shutil.rmtree(replacement.near, ignore_errors=True)
        raise
    return [aside for aside in map(_replace, brought) if aside is not None]


def is_on_other_disk(folder: Path, target: Path) -> bool:
    """Whether `folder` cannot be renamed to `target`."""
    return folder.stat().st_dev != nearest(target.parent).stat().st_dev


def _bring_near(replacement: Replacement) -> Replacement:
    """The same with a copy beside the target, where the folder that is ready lies on another disk."""
    if not is_on_other_disk(replacement.ready, replacement.target):
        return replacement
    try:
        shutil.copytree(replacement.ready, replacement.near)
    except OSError as error:
        if is_full(error):
            raise disk_full(replacement.target) from None
        raise
    return replace(replacement, ready=replacement.near)


def _replace(replacement: Replacement) -> Path | None:
    """Renames both; what was in the place, where something was."""
    aside = None
    replacement.target.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        replacement.target.rename(replacement.aside)
        aside = replacement.aside
    replacement.ready.rename(replacement.target)
    return aside


def is_full(error: OSError) -> bool:
    """Whether `error`, of a copy of one file or of many, is that a disk is full."""
    if isinstance(error, shutil.Error):
        # (source, target, reason) of each file
        return any('No space left' in str(reason) for *_, reason in error.args[0])
    return error.errno == errno.ENOSPC


def disk_full(target: Path) -> DiskFull:
    """The error where the disk of `target` has no room for a second copy of it."""
    return DiskFull(
        vi=f'Đĩa của {target} không đủ chỗ cho bản phục hồi bên cạnh bản đang có. Chưa có gì thay đổi.',
        en=f'The disk of {target} has no room for what is restored beside what is there. Nothing was changed.',
    )


def nearest(folder: Path) -> Path:
    """`folder`, or the nearest one above it that is there."""
    return next(part for part in (folder, *folder.parents) if part.exists())
