"""What a reader does with a photo, inside the room: it is drawn anew, and nothing but its pixels comes out.

Exif with the position and the camera, XMP, comments, thumbnails, colour profiles, further pictures, and whatever is
appended to the file stay behind.
"""

import io
import socket
from pathlib import Path

import pyarrow as pa
from PIL import Image, ImageOps, UnidentifiedImageError

from dothi.core.errors import DothiError
from etl.citizen.photo_faults import damaged_photo, many_pixels, no_photo
from etl.closed_room import frames

FORMATS = ('JPEG', 'PNG', 'WEBP')
# Enough to see a pothole on a screen, some 400 kB.
LONGEST_SIDE_PX, QUALITY = 2_000, 82
PAPER = 'white'


def read_photo(room: socket.socket, folder: Path, name: str, most_megapixels: int) -> None:
    """A JPEG of the photo's pixels, the right way up, sides of LONGEST_SIDE_PX at most. Raises BadPhoto."""
    try:
        jpeg = _plain_jpeg(folder / name, most_megapixels)
    except DothiError:
        raise
    # each of its decoders has errors of its own for a damaged file
    except Exception as error:
        raise damaged_photo() from error
    frames.send_document(room, {'photo': len(jpeg)})
    frames.send_batch(room, pa.RecordBatch.from_pydict({'jpeg': pa.array([jpeg], pa.binary())}))


def _plain_jpeg(file: Path, most_megapixels: int) -> bytes:
    # looked at by ourselves, before anything is unpacked; of that Pillow only warns
    Image.MAX_IMAGE_PIXELS = None
    with _opened(file) as photo:
        if photo.width * photo.height > most_megapixels * 1_000_000:
            raise many_pixels(most_megapixels)
        # a JPEG is decoded at half or a quarter of its size where that is enough
        photo.draft('RGB', (LONGEST_SIDE_PX, LONGEST_SIDE_PX))
        photo.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX))
        return _encoded(_on_paper(_in_eight_bits(ImageOps.exif_transpose(photo))))


def _opened(file: Path) -> Image.Image:
    """The first picture of the file. By its content: what it is called says nothing."""
    try:
        return Image.open(file, formats=FORMATS)
    except UnidentifiedImageError:
        raise no_photo() from None


def _in_eight_bits(photo: Image.Image) -> Image.Image:
    """The picture with levels up to 255: a grey PNG may have them up to 65,535, and all above 255 would be white."""
    if not photo.mode.startswith('I'):
        return photo
    # a function of a whole picture of such numbers may scale and shift them, no more
    grey = photo.convert('I').point(lambda level: level * (1 / 256) + 0).convert('L')
    grey.info.pop('transparency', None)
    return grey


def _on_paper(photo: Image.Image) -> Image.Image:
    """The picture in RGB; what shines through is white."""
    if 'A' not in photo.getbands() and 'transparency' not in photo.info:
        return photo.convert('RGB')
    layered = photo.convert('RGBA')
    paper = Image.new('RGB', layered.size, PAPER)
    paper.paste(layered, mask=layered.getchannel('A'))
    return paper


def _encoded(photo: Image.Image) -> bytes:
    """A JPEG of a picture that is made of the pixels alone: encoders write along what they find beside them."""
    pixels = Image.frombytes('RGB', photo.size, photo.tobytes())
    target = io.BytesIO()
    pixels.save(target, 'JPEG', quality=QUALITY)
    return target.getvalue()
