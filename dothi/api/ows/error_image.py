"""Errors as pictures, for clients that show pictures only: what is wrong, written into the map that was asked for."""

from io import BytesIO

from PIL import Image, ImageColor, ImageDraw

from dothi.cartography.mapping import letters

# Nobody needs a larger picture to read a sentence.
MOST_PX, USUAL_PX = 4096, 512
MARGIN_PX, LETTER_PX = 8, 14
INK, PAPER = '#a01616', '#ffffff'
FORMATS = {'image/png': 'PNG', 'image/webp': 'WEBP', 'image/jpeg': 'JPEG', 'image/tiff': 'TIFF'}
PNG = 'image/png'
# Pillow packs all but this one unasked: 1024 x 768 pixels of it take 3 MB.
PACKED = {'image/tiff': {'compression': 'tiff_adobe_deflate'}}


def error_image(message: str, size: tuple[int, int], media_type: str, background: str | None) -> tuple[bytes, str]:
    """A picture of `size` with the message on it, and its media type: PNG where nothing else is written here.

    background: a colour; None is transparent, but for the paper right behind the letters. An empty message gives an
    empty picture.
    """
    picture = Image.new('RGBA', size, (255, 255, 255, 0) if background is None else ImageColor.getrgb(background))
    if message:
        _write_message(picture, message)
    return _save_picture(picture, media_type)


def sensible_size(width: str, height: str) -> tuple[int, int]:
    """The size that was asked for, where it can be had; what was wrong may be the size."""
    sides = [int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0 for text in (width, height)]
    across, down = (side if 0 < side <= MOST_PX else USUAL_PX for side in sides)
    return across, down


def _write_message(picture: Image.Image, message: str) -> None:
    """Write the message in the largest letters that fit into the picture."""
    draw = ImageDraw.Draw(picture)
    room = (max(picture.width - 2 * MARGIN_PX, 1), max(picture.height - 2 * MARGIN_PX, 1))
    for size in range(LETTER_PX, 5, -1):
        font = letters.font('text', size)
        text = '\n'.join(letters.wrapped(message, font, room[0]))
        box = draw.multiline_textbbox((MARGIN_PX, MARGIN_PX), text, font=font)
        if box[3] <= room[1] + MARGIN_PX:
            break
    paper = (box[0] - 4, box[1] - 4, box[2] + 4, box[3] + 4)
    draw.rectangle(paper, fill=PAPER, outline=INK)
    draw.multiline_text((MARGIN_PX, MARGIN_PX), text, font=font, fill=INK)


def _save_picture(picture: Image.Image, media_type: str) -> tuple[bytes, str]:
    written = media_type if media_type in FORMATS else PNG
    body = BytesIO()
    if written == 'image/jpeg':
        paper = Image.new('RGB', picture.size, PAPER)
        paper.paste(picture, mask=picture.getchannel('A'))
        picture = paper
    picture.save(body, FORMATS[written], **PACKED.get(written, {}))
    return body.getvalue(), written
