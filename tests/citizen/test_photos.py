"""A photo comes in with where it was taken and by what, and is kept as pixels; what is no photo is refused."""

import io
import os
import re
import struct
import subprocess
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin
from rasterio.io import MemoryFile

from dothi.api.app import create_app
from tests.citizen.conftest import City, encoded, faults_of, jpeg, rows

CAMERA, POSITION, ORIENTATION = 0x010F, 0x8825, 0x0112
SECRETS = (
    b'May anh cua toi',
    b'Exif',
    b'GPS',
    b'http://ns.adobe.com',
    b'chu thich',
    b'ICC_PROFILE',
    b'PK\x03\x04',
    b'<script',
)


def exif(orientation: int = 1) -> Image.Exif:
    """What a telephone writes: maker, which side is up, and where it was."""
    written = Image.Exif()
    written[CAMERA], written[ORIENTATION] = 'May anh cua toi', orientation
    written.get_ifd(POSITION).update({1: 'N', 2: (20.0, 25.0, 48.0), 3: 'E', 4: (106.0, 10.0, 12.0)})
    return written


def kept() -> bytes:
    ((content,),) = rows('select content from citizen.photo')
    return bytes(content)


def segments(content: bytes) -> list[int]:
    """The markers of a JPEG up to its pixels, read by hand."""
    assert content[:2] == b'\xff\xd8'
    position, markers = 2, []
    while True:
        marker, length = struct.unpack(
            '>BxH', content[position + 1 : position + 2] + b'\0' + content[position + 2 : position + 4]
        )
        markers.append(marker)
        if marker == 0xDA:
            return markers
        position += 2 + length


def test_nothing_but_pixels_is_kept(city: City) -> None:
    """Looked at by three who did not write it: a reader of markers, GDAL, and file(1)."""
    sent = jpeg(
        exif=exif(),
        comment=b'chu thich',
        icc_profile=b'x' * 200,
        xmp=b'<x xmlns="http://ns.adobe.com/xap/1.0/"/>',
        dpi=(72, 72),
    )
    sent += b'PK\x03\x04<script>alert(1)</script>'
    assert all(secret in sent for secret in SECRETS if secret != b'GPS')
    with MemoryFile(sent) as file, file.open() as read:
        assert 'EXIF_GPSLatitude' in read.tags()
    assert city.send(photo=encoded(sent)).status_code == 201
    content = kept()
    assert [secret for secret in SECRETS if secret in content] == []
    # JFIF's own head, tables, frame and scan: no APP1 to APP15 (E1 to EF), no comment (FE)
    assert {marker for marker in segments(content) if 0xE0 <= marker <= 0xEF or marker == 0xFE} == {0xE0}
    assert content.endswith(b'\xff\xd9')
    with MemoryFile(content) as file, file.open() as read:
        assert not [name for name in read.tags() if 'EXIF' in name or 'COMMENT' in name]
    said = subprocess.run(['file', '-'], input=content, capture_output=True, check=True).stdout
    assert b'JPEG image data' in said
    assert b'Exif' not in said


def test_what_is_up_stays_up(city: City) -> None:
    """The camera was turned by 90°: stored on its side with a note that says so, kept upright without the note."""
    picture = Image.new('RGB', (60, 40), 'blue')
    picture.paste('red', (0, 0, 60, 10))
    target = io.BytesIO()
    picture.save(target, 'JPEG', exif=exif(orientation=6), quality=95)
    assert city.send(photo=encoded(target.getvalue())).status_code == 201
    shown = Image.open(io.BytesIO(kept()))
    assert shown.size == (40, 60)
    pixels = np.asarray(shown)
    red, blue = pixels[30, 38], pixels[30, 5]
    assert red[0] > 200 > 60 > red[2], red
    assert blue[2] > 200 > 60 > blue[0], blue


def test_a_large_photo_is_made_smaller(city: City) -> None:
    assert city.send(photo=encoded(jpeg(3000, 1000, quality=30))).status_code == 201
    assert Image.open(io.BytesIO(kept())).size == (2000, 667)


def text_in_png() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text('Comment', 'chu thich')
    texts.add_itxt('XML:com.adobe.xmp', 'http://ns.adobe.com', zip=True)
    return jpeg(form='PNG', exif=exif(), pnginfo=texts)


@pytest.mark.parametrize(
    'make',
    [
        text_in_png, lambda: jpeg(form='WEBP', exif=exif(), xmp=b'http://ns.adobe.com'),
        lambda: jpeg(form='WEBP', lossless=True), lambda: grey('L'), lambda: grey('1'), lambda: grey('P'),
        lambda: grey('RGBA'), lambda: grey('I;16'), lambda: grey('CMYK', 'JPEG'),
    ],
)  # fmt: skip
def test_other_kinds_of_pictures_become_the_same(city: City, make: Callable[[], bytes]) -> None:
    assert city.send(photo=encoded(make())).status_code == 201
    content = kept()
    assert Image.open(io.BytesIO(content)).mode == 'RGB'
    assert [secret for secret in SECRETS if secret in content] == []


def grey(mode: str, form: str = 'PNG') -> bytes:
    target = io.BytesIO()
    Image.new(mode, (50, 50)).save(target, form)
    return target.getvalue()


@pytest.mark.parametrize('transparency', [{}, {'transparency': 65_535}], ids=['plain', 'one level shines through'])
def test_a_grey_of_16_bits_keeps_its_levels(city: City, transparency: dict[str, int]) -> None:
    """Half of 65,535 is 128 of 255: it was white, as each level above 255 is."""
    levels = np.repeat(np.array([[0, 16_384, 32_896, 65_280]], dtype=np.uint16), 50, axis=1).repeat(100, axis=0)
    target = io.BytesIO()
    Image.fromarray(levels).save(target, 'PNG', **transparency)
    assert city.send(photo=encoded(target.getvalue())).status_code == 201
    photo = Image.open(io.BytesIO(kept())).convert('L')
    assert [photo.getpixel((x, 50)) for x in (25, 75, 125, 175)] == pytest.approx([0, 64, 128, 255], abs=3)


def test_what_shines_through_is_white(city: City) -> None:
    target = io.BytesIO()
    Image.new('RGBA', (50, 50), (0, 0, 0, 0)).save(target, 'PNG')
    assert city.send(photo=encoded(target.getvalue())).status_code == 201
    assert Image.open(io.BytesIO(kept())).getpixel((25, 25)) == (255, 255, 255)


def png_of(width: int, height: int, data: bytes) -> bytes:
    """A PNG that says to have these sides, with these bytes for its pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack('>I', len(body)) + kind + body + struct.pack('>I', zlib.crc32(kind + body))

    head = struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head) + chunk(b'IDAT', zlib.compress(data)) + chunk(b'IEND', b'')


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        (b'\x00', 'no picture'),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 'no picture'),
        (b'\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic' + bytes(500), 'HEIC'),
        (jpeg(form='GIF'), 'no picture'),
        (jpeg(form='BMP'), 'no picture'),
        (b'%PDF-1.7\n' + bytes(500), 'no picture'),
        (b'<html>' + jpeg(), 'no picture'),
        (jpeg(form='TIFF'), 'no picture'),
        (jpeg()[:20_000], 'damaged'),
        (jpeg()[:3], 'no picture'),
        (jpeg(form='PNG')[:-5_000], 'damaged'),
        (jpeg(form='WEBP')[:2_000], None),
        (png_of(200, 200, b''), 'damaged'),
        (png_of(30_000, 30_000, bytes(1_000_000)), 'pixels'),
        (png_of(2**31 - 1, 2**31 - 1, b''), 'pixels'),
        (png_of(0, 0, b''), None),
    ],
    ids=[
        'one byte', 'svg', 'heic', 'gif', 'bmp', 'pdf', 'page before it', 'tiff', 'cut jpeg', 'head', 'cut png',
        'cut webp', 'no pixels', 'bomb', 'giant', 'nothing wide',
    ],
)  # fmt: skip
def test_what_is_no_photo_is_refused_in_words(city: City, content: bytes, words: str | None) -> None:
    answer = city.send(photo=encoded(content))
    assert faults_of(answer) == {'/photo': 'photo'}
    (fault,) = answer.get_json(force=True)['errors']
    assert words is None or words in fault['detail']
    assert re.search('[ảạếệ]', fault['vi']), 'its Vietnamese has accents'
    assert rows('select count(*) from citizen.report') == [(0,)]


def test_nothing_of_a_photo_stays_where_it_was_read(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_SCRATCH', str(tmp_path))
    assert city.send(photo=encoded(jpeg(exif=exif()))).status_code == 201
    assert city.send(photo=encoded(jpeg()[:9_000])).status_code == 422
    assert [path for path in tmp_path.rglob('*') if path.is_file()] == []


def test_what_a_killed_process_left_of_a_photo_goes(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_SCRATCH', str(tmp_path))
    old, new, other = (tmp_path / name for name in ('photo-old', 'photo-new', 'upload-old'))
    for folder in (old, new, other):
        folder.mkdir()
        (folder / 'photo').write_bytes(jpeg(exif=exif()))
    for folder in (old, other):
        os.utime(folder, (time.time() - 500,) * 2)
    create_app('public')
    assert [folder.exists() for folder in (old, new, other)] == [False, True, True]
    os.utime(new, (time.time() - 500,) * 2)
    assert city.send(photo=encoded(jpeg())).status_code == 201
    assert not new.exists()


def test_a_report_without_a_photo_has_none(city: City) -> None:
    assert city.send(photo='').status_code == 201
    assert rows('select count(*) from citizen.photo') == [(0,)]


def test_where_no_photos_are_taken_none_is(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    rules: Any = city.locality.place.citizen_reports
    monkeypatch.setitem(rules.__dict__, 'photo_mb', 0)
    place = city.clients['public'].extensions['dothi'].locality.place.citizen_reports
    monkeypatch.setitem(place.__dict__, 'photo_mb', 0)
    assert city.public().get('/api/reports').get_json(force=True)['photo_types'] == []
    assert faults_of(city.send(photo=encoded(b'x'))) == {'/photo': 'photo'}
