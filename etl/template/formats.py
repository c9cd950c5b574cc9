"""The forms in which a template is written; the libraries of a form are loaded when it is."""

import pkgutil
from dataclasses import dataclass

from dothi.core.text import Text
from etl.template.content import Template


@dataclass(frozen=True)
class TemplateFormat:
    """A form of a template. writer: `module:function` of etl.template."""

    title: Text
    media_type: str
    writer: str

    def write(self, template: Template) -> bytes:
        """The bytes of the file."""
        written: bytes = pkgutil.resolve_name(f'etl.template.{self.writer}')(template)
        return written


FORMATS = {
    'xlsx': TemplateFormat(
        Text(vi='Excel', en='Excel'),
        'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        'xlsx:write_xlsx',
    ),
    'gpkg': TemplateFormat(
        Text(vi='GeoPackage cho QGIS', en='GeoPackage for QGIS'),
        'application/geopackage+sqlite3',
        'geopackage:write_geopackage',
    ),
    'csv': TemplateFormat(Text(vi='CSV', en='CSV'), 'text/csv', 'csv_file:write_csv'),
}
