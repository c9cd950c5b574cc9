"""What a delivered file is on the disk: it is there, it has bytes, and other files belong to it; nothing is parsed."""

from pathlib import Path

from etl.formats import geodatabase
from etl.formats.errors import EmptyFile, NoSuchFile

# Files that belong to one another; the first one is named, all are kept.
COMPANIONS = {
    '.shp': ('.shx', '.dbf', '.prj', '.cpg'),
    '.tab': ('.dat', '.map', '.id', '.ind'),
    '.mif': ('.mid',),
    '.gml': ('.xsd', '.gfs'),
    # the three spellings of a world file that GDAL looks for
    '.tif': ('.tfw', '.tifw', '.wld'),
    '.tiff': ('.tfw', '.tiffw', '.wld'),
}
# What belongs to a file under its whole name: raster.tif.aux.xml, in which ArcGIS puts the coordinate system, and
# raster.tif.msk, which tells cells without a value.
APPENDED = {'.tif': ('.aux.xml', '.msk'), '.tiff': ('.aux.xml', '.msk')}
# Those of them without which nothing can be read, or only half.
INDISPENSABLE = {'.shp': ('.shx', '.dbf'), '.tab': ('.dat',), '.mif': ('.mid',)}


def must_exist(file: Path) -> None:
    """Raises NoSuchFile where `file` is not a file that can be read, nor a File Geodatabase."""
    try:
        if geodatabase.is_geodatabase(file):
            return
        if file.is_dir():
            raise NoSuchFile(
                vi=f'{file.name} là thư mục. Chỉ ra một tệp trong đó, hoặc nén thư mục thành zip.',
                en=f'{file.name} is a folder. Name a file in it, or zip the folder.',
            )
        if not file.is_file():
            raise NoSuchFile(vi=f'Không có tệp {file}.', en=f'There is no file {file}.')
        file.open('rb').close()
    except PermissionError:
        raise NoSuchFile(
            vi=f'Không được phép đọc {file.name}. Đặt lại quyền của tệp.',
            en=f'{file.name} may not be read. Change its permissions.',
        ) from None


def must_have_bytes(file: Path) -> None:
    """Raises EmptyFile for a file of 0 bytes."""
    if file.is_file() and file.stat().st_size == 0:
        raise EmptyFile(vi=f'{file.name} trống (0 byte). Gửi lại tệp.', en=f'{file.name} has 0 bytes. Resend it.')


def no_rows(name: str) -> EmptyFile:
    """The refusal of a file without rows."""
    return EmptyFile(
        vi=f'{name} không có hàng nào. Kiểm tra lại tệp và gửi lại.',
        en=f'{name} has no rows. Check the file and resend it.',
    )


def suffixes_beside(file: Path) -> list[Path]:
    """The files without which `file` is not whole, in any spelling of their suffixes; all of those in a folder."""
    if geodatabase.is_geodatabase(file):
        return geodatabase.files_of(file)
    suffix = file.suffix.lower()
    companions, appended = COMPANIONS.get(suffix, ()), APPENDED.get(suffix, ())
    beside = [
        path
        for path in file.parent.iterdir()
        if (path.stem == file.stem and path.suffix.lower() in companions)
        or (path.name.startswith(file.name) and path.name.removeprefix(file.name).lower() in appended)
    ]
    return sorted(path for path in beside if path.is_file())
