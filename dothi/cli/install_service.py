"""`dothi install-service`: the instance as services of systemd."""

from pathlib import Path
from typing import Annotated

import typer

from dothi.cli import output
from dothi.cli.options import Json
from dothi.core.reader_language import pick_words
from dothi.local.systemd.install import InstalledFiles, install, remove
from dothi.local.systemd.installation import running_installation


def install_service(
    is_removed: Annotated[
        bool,
        typer.Option('--remove', help='Gỡ các dịch vụ; dữ liệu vẫn còn. · Takes the services away; the data stays.'),
    ] = False,
    root: Annotated[
        Path,
        typer.Option(
            help='Ghi dưới thư mục này thay vì trên máy, để xem trước. · Writes under this folder, to look first.'
        ),
    ] = Path('/'),
    as_json: Json = False,
) -> None:
    """Cài hệ thống thành dịch vụ systemd, chạy bằng người dùng riêng "dothi". ·
    Installs the instance as services of systemd, with a user "dothi" of their own.
    """
    root = root.absolute()
    files = remove(root) if is_removed else install(running_installation(), root)
    output.document(files, as_json, _print_files)


def _print_files(files: InstalledFiles) -> None:
    for title, names in (
        (pick_words('Đã ghi', 'Written'), files.written),
        (pick_words('Đã gỡ', 'Removed'), files.removed),
        (pick_words('Giữ nguyên', 'Kept as it is'), files.kept),
        (pick_words('Lệnh tiếp theo', 'Next'), files.commands),
    ):
        for name in names:
            output.out.print(f'{title:<14} {name}', highlight=False, markup=False, soft_wrap=True)
