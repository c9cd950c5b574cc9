"""The forms on offer, by the name that `f` and `format` give them, and writing one of them."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dothi.core.errors import WrongUse
from dothi.core.export.formats import FORMATS
from dothi.core.text import Lang
from processes.data import Data
from processes.forms.key_figures import MEDIA_TYPE as FIGURES
from processes.forms.key_figures import write_figures
from processes.forms.map import draw_map
from processes.forms.numbers import value_text
from processes.forms.report import write_html, write_pdf
from processes.forms.stored import TIFF, StoredResult, in_one_line, sources_of
from processes.forms.tables import write_csv, write_geopackage
from processes.geojson import GEOJSON, JSON

# not a `type`, which would be a reference in the schema of an input
FormName = Literal['geojson', 'csv', 'gpkg', 'tif', 'png', 'html', 'pdf', 'figures']
type Needs = Literal['features', 'raster', 'places', 'anything']


class NotInThisForm(WrongUse):
    """A raster as a table, or features as a raster."""


@dataclass(frozen=True)
class Form:
    """A form by its name, which is also the end of a file's name. needs: what the result must be."""

    name: str
    media_type: str
    needs: Needs
    writer: Callable[[StoredResult, Data, Lang, Path], None]

    def fits(self, stored: StoredResult) -> bool:
        """Whether the result can be had in this form."""
        features, raster = stored.is_features, stored.raster is not None
        return {
            'features': features,
            'raster': raster,
            'places': features or raster,
            'anything': features or raster or stored.is_document,
        }[self.needs]

    def write(self, stored: StoredResult, data: Data, lang: Lang, target: Path) -> None:
        """The file `target`; raises NotInThisForm."""
        if not self.fits(stored):
            raise _not_in(self, stored)
        self.writer(stored, data, lang, target)


def _write_geojson(stored: StoredResult, _data: Data, _lang: Lang, target: Path) -> None:
    target.write_bytes(stored.result.content())


def _write_csv(stored: StoredResult, _data: Data, _lang: Lang, target: Path) -> None:
    write_csv(stored.features, list(stored.shapes), target)


def _write_geopackage(stored: StoredResult, data: Data, lang: Lang, target: Path) -> None:
    srid, words = data.locality.srid, stored.words(lang)
    summary = {words.title(name): value_text(value, lang) for name, value in stored.summary.items()}
    entries = {
        'process': stored.process_id,
        'title': stored.process.title.pick(lang),
        'job': stored.job_id,
        'computed_at': stored.finished_at.isoformat(),
        'sources': in_one_line(sources_of(stored, data), stored, lang),
    } | summary
    name = stored.process_id.replace('-', '_')
    write_geopackage(stored.features, list(stored.shapes_in(srid)), target, name=name, srid=srid, summary=entries)


def _write_raster(stored: StoredResult, _data: Data, _lang: Lang, target: Path) -> None:
    shutil.copyfile(str(stored.raster), target)


FORMS: dict[str, Form] = {
    form.name: form
    for form in (
        Form('geojson', GEOJSON, 'features', _write_geojson),
        Form('csv', FORMATS['csv'].media_type, 'features', _write_csv),
        Form('gpkg', FORMATS['gpkg'].media_type, 'features', _write_geopackage),
        Form('tif', f'{TIFF}; application=geotiff', 'raster', _write_raster),
        Form('png', 'image/png', 'places', draw_map),
        Form('html', 'text/html', 'anything', write_html),
        Form('pdf', 'application/pdf', 'anything', write_pdf),
        Form('figures', FIGURES, 'anything', write_figures),
    )
}


def form_of(media_type: str) -> Form | None:
    """The form with this media type, parameters aside; None where there is none."""
    bare = media_type.partition(';')[0].strip().lower()
    return next((form for form in FORMS.values() if form.media_type.partition(';')[0] == bare), None)


def forms_for(media_type: str) -> list[str]:
    """The names of the forms that an output of this media type can be had in."""
    kinds = {GEOJSON: ('features', 'places', 'anything'), TIFF: ('raster', 'places', 'anything'), JSON: ('anything',)}
    needs = kinds.get(media_type.partition(';')[0].strip(), ())
    return [form.name for form in FORMS.values() if form.needs in needs]


def _not_in(form: Form, stored: StoredResult) -> NotInThisForm:
    fitting = ', '.join(candidate.name for candidate in FORMS.values() if candidate.fits(stored)) or '–'
    kind = stored.result.media_type
    return NotInThisForm(
        vi=f'Kết quả "{stored.output}" ({kind}) không có dạng {form.name}. Các dạng có được: {fitting}.',
        en=f'The result "{stored.output}" ({kind}) cannot be had as {form.name}. Forms that it has: {fitting}.',
    )
