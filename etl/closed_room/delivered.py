"""What belongs to a delivered file, and the names under which readers find it."""

from pathlib import Path

from etl.formats.file_parts import suffixes_beside

# SQLite makes files beside a database even to read it.
WRITTEN_TO = frozenset({'.gpkg'})


def delivered_parts(file: Path) -> dict[str, Path]:
    """`file` and its companions by the names that GDAL looks for, the file itself first.

    The file keeps its name. Of companions all that follows its stem, or its whole name (`A.TIF.aux.xml`), is in lower
    case: GDAL finds `.dbf` and `.DBF`, but not `.Dbf`.
    """
    if file.is_dir():
        return {file.name: file}
    return {file.name: file} | {_shown_name(path.name, file): path for path in suffixes_beside(file)}


def _shown_name(name: str, file: Path) -> str:
    shared = file.name if name.startswith(file.name) else file.stem
    return shared + name.removeprefix(shared).lower()


def copied_parts(parts: dict[str, Path]) -> list[str]:
    """Names of those parts that are copied for the reader, because its library writes beside them."""
    return [name for name, path in parts.items() if path.suffix.lower() in WRITTEN_TO]
