"""Pages of PDF laid over and under one another, without reading what is drawn on them.

pypdf's `merge_page` takes each page apart into its operators: of a map of a district these are half of the time of the
whole sheet. Here a page stays one piece, a form XObject (ISO 32000-2, 8.10), and is drawn by its name.
"""

from typing import cast

from pypdf import PageObject, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    PdfObject,
    StreamObject,
)

type Matrix = tuple[float, float, float, float, float, float]
UNMOVED: Matrix = (1, 0, 0, 1, 0, 0)


def lay_page(writer: PdfWriter, name: str, page: PageObject, matrix: Matrix = UNMOVED, *, over: bool) -> None:
    """Draws `page` over or under the first page of the writer; what reaches over its edge is cut off.

    name: of the form, unlike any other on the page. matrix: from points of `page` to points of the writer's page.
    """
    target = writer.pages[0]
    form = writer._add_object(_form_of(page, matrix, writer))
    _forms_of(target)[NameObject(f'/{name}')] = form
    drawing = writer._add_object(_stream(f'q /{name} Do Q\n'))
    contents = _contents_of(target, writer)
    target[NameObject('/Contents')] = ArrayObject([*contents, drawing] if over else [drawing, *contents])


def _form_of(page: PageObject, matrix: Matrix, writer: PdfWriter) -> StreamObject:
    """The page as a form, compressed, with all that it refers to."""
    form = _stream(b'\n'.join(_pieces(page)))
    members: dict[str, PdfObject] = {
        '/Type': NameObject('/XObject'),
        '/Subtype': NameObject('/Form'),
        '/BBox': ArrayObject(FloatObject(float(edge)) for edge in page.mediabox),
        '/Matrix': ArrayObject(FloatObject(f'{value:.9f}') for value in matrix),
        '/Resources': _member(page, '/Resources').clone(writer),
    }
    if '/Group' in page:
        # what is half clear in it is mixed as on a page of its own
        members['/Group'] = _member(page, '/Group').clone(writer)
    form.update({NameObject(member): value for member, value in members.items()})
    return form.flate_encode()


def _pieces(page: PageObject) -> list[bytes]:
    """What draws the page, as bytes."""
    contents = _member(page, '/Contents')
    streams = contents if isinstance(contents, ArrayObject) else [contents]
    return [cast(StreamObject, stream.get_object()).get_data() for stream in streams]


def _forms_of(page: PageObject) -> DictionaryObject:
    resources = cast(DictionaryObject, _member(page, '/Resources'))
    if '/XObject' not in resources:
        resources[NameObject('/XObject')] = DictionaryObject()
    return cast(DictionaryObject, _member(resources, '/XObject'))


def _member(dictionary: DictionaryObject, name: str) -> PdfObject:
    """The member itself, where only its number stands in the dictionary, too."""
    return cast(PdfObject, dictionary[name].get_object())


def _contents_of(page: PageObject, writer: PdfWriter) -> list[IndirectObject]:
    """The streams of the page, which leave the state of drawing as it was."""
    contents = page.raw_get('/Contents')
    resolved = contents.get_object()
    if isinstance(resolved, ArrayObject):
        return list(resolved)
    around = [writer._add_object(_stream(text)) for text in ('q\n', 'Q\n')]
    return [around[0], contents, around[1]]


def _stream(data: str | bytes) -> DecodedStreamObject:
    stream = DecodedStreamObject()
    stream.set_data(data.encode() if isinstance(data, str) else data)
    return stream
