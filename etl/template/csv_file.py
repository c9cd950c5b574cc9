"""A template as a text table: the mark, the header, and rows; semicolons, for commas are decimal signs here."""

import csv
import io

from etl.template.content import Template
from etl.template.xlsx import place_cells, place_headings


def write_csv(template: Template) -> bytes:
    """UTF-8 with a byte order mark, by which Excel knows it; Windows line ends."""
    out = io.StringIO(newline='')
    rows = csv.writer(out, delimiter=';', lineterminator='\r\n')
    rows.writerow([template.mark])
    rows.writerow([*map(template.heading, template.columns), *place_headings(template)])
    for *values, wkb in template.rows:
        shown = [template.shown(name, value) for name, value in zip(template.columns, values, strict=True)]
        rows.writerow([*shown, *place_cells(template, wkb)])
    return out.getvalue().encode('utf-8-sig')
