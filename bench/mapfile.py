"""MapServer's picture of the same layers: a mapfile, served as WMS (cgi-mapserver, nginx)."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import fastcgi
from bench.like_style import Label, Sheet, Stroke
from bench.mapserver import version
from bench.painter import ALL_FEATURES, Painter
from dothi.cartography.style.colour import Colour
from dothi.core.database import connection, database_url

TYPES = {'Point': 'POINT', 'LineString': 'LINE', 'Polygon': 'POLYGON'}
FONT = 'DejaVu Sans'


@contextmanager
def mapserver(sheets: dict[str, list[Sheet]], background: Colour, folder: Path, suffix: str = '') -> Iterator[Painter]:
    """MapServer with a map for each name, in which the first sheet is the lowest."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'fonts.txt').write_text(f'dejavu {_font_file()}\n', encoding='utf-8')
    config, lines = folder / 'mapserver.conf', []
    for name, of_map in sheets.items():
        file = folder / f'{name}.map'
        file.write_text(_map(name, of_map, background, folder), encoding='utf-8')
        lines.append(f'{name.upper()} "{file}"')
    config.write_text(f'CONFIG MAPS {" ".join(lines)} END END\n', encoding='utf-8')
    ready = f'/{next(iter(sheets)).upper()}?SERVICE=WMS&REQUEST=GetCapabilities'
    with fastcgi.served(['mapserv'], {'MAPSERVER_CONFIG_FILE': str(config)}, folder, ready) as base:
        yield Painter(
            version() + suffix, {name: (f'{base}/{name.upper()}?', ALL_FEATURES) for name in sheets}, background
        )


def _map(name: str, sheets: list[Sheet], background: Colour, folder: Path) -> str:
    layers = '\n'.join(_layer(sheet) for sheet in sheets)
    return f"""
MAP
  NAME {name}
  SIZE 1024 768 MAXSIZE 4096
  EXTENT -20037508 -20037508 20037508 20037508
  PROJECTION "init=epsg:3857" END
  IMAGECOLOR "{background.hex}"
  FONTSET "{folder / 'fonts.txt'}"
  WEB METADATA
    "wms_enable_request" "*" "wms_title" "bench" "wms_srs" "EPSG:3857" "wms_onlineresource" "http://127.0.0.1/"
  END END
  SYMBOL NAME "circle" TYPE ELLIPSE FILLED TRUE POINTS 1 1 END END
{layers}
END
"""


def _layer(sheet: Sheet) -> str:
    classes = '\n'.join(_class(sheet, look, strokes) for look, strokes in sheet.looks.items())
    return f"""
  LAYER
    NAME {sheet.id} GROUP {ALL_FEATURES}
    TYPE {TYPES[sheet.geometry]}
    STATUS ON
    CONNECTIONTYPE POSTGIS
    CONNECTION "{_connection()}"
    DATA "geom_wgs84 from {_text(sheet)} as sheet using unique id using srid=4326"
    PROCESSING "CLOSE_CONNECTION=DEFER"
    PROJECTION "init=epsg:4326" END
    METADATA "wms_title" "{sheet.id}" "wms_extent" "-180 -85 180 85" END
    CLASSITEM "look" LABELITEM "label"
{classes}
  END"""


def _class(sheet: Sheet, look: str, strokes: tuple[Stroke, ...]) -> str:
    styles = '\n'.join(_style(sheet, stroke) for stroke in strokes)
    label = _label(sheet.label) if sheet.label else ''
    return f'    CLASS NAME "{look}" EXPRESSION "{look}"\n{styles}{label}    END'


def _style(sheet: Sheet, stroke: Stroke) -> str:
    parts = [f'WIDTH {stroke.width:.2f}']
    if stroke.kind == 'line':
        parts.append(f'{"OUTLINECOLOR" if sheet.geometry == "Polygon" else "COLOR"} {_colour(stroke.colour)}')
        parts.append('LINECAP BUTT' if stroke.dash else 'LINECAP ROUND LINEJOIN ROUND')
    else:
        parts += [] if stroke.colour.unseen else [f'COLOR {_colour(stroke.colour)}']
        parts += [f'OUTLINECOLOR {_colour(stroke.outline)}'] if stroke.outline else []
    if stroke.dash:
        parts.append(f'PATTERN {" ".join(f"{length * stroke.width:.2f}" for length in stroke.dash)} END')
    if stroke.kind == 'marker':
        parts.append(f'SYMBOL "circle" SIZE {stroke.size:.2f}')
    return f'      STYLE {" ".join(parts)} END\n'


def _label(label: Label) -> str:
    # MapServer's size is that of a capital with its surroundings in points of 72 to the inch, ours are pixels
    halo = f'OUTLINECOLOR {_colour(label.halo)} OUTLINEWIDTH 3' if label.halo else ''
    return f"""      LABEL TYPE TRUETYPE FONT dejavu SIZE {label.size * 0.75:.1f} COLOR {_colour(label.colour)} {halo}
        POSITION CC PARTIALS FALSE WRAP " " MAXLENGTH 14 ALIGN CENTER END
"""


def _colour(colour: Colour) -> str:
    return f'"{colour.hex}{round(colour.alpha * 255):02x}"'


def _connection() -> str:
    url = database_url('reader_internal')
    return f'host={url.host} port={url.port} dbname={url.database} user={url.username} password={url.password}'


def _text(sheet: Sheet) -> str:
    """The rows as SQL inside of a mapfile's quotes."""
    with connection('reader_internal') as db:
        return sheet.rows.as_string(db).replace('"', '\\"')


def _font_file() -> str:
    command = ['fc-match', '-f', '%{file}', FONT]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
