"""The styles of the views in schema `share`, where QGIS looks for them: `share.layer_styles`."""

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi import __version__
from dothi.cartography.style.breaks import class_breaks
from dothi.cartography.style.drawing import drawing_of
from dothi.cartography.style.layer_styles import styles_of
from dothi.cartography.style.qgis_form import LayerForm
from dothi.cartography.style.qml import qml_of
from dothi.cartography.style.sld import sld_of
from dothi.cartography.style.style_file import DEFAULT, StyleFile
from dothi.core.catalog import current_releases
from dothi.core.database import connection
from dothi.core.layer_columns import execute
from dothi.core.locality import Locality
from dothi.core.locality_file import BadLocalityFile
from dothi.core.migrate import lock_migration
from dothi.core.share_sync import SharedView, views_of
from dothi.core.unit_codes import unit_codes, unit_layers_of

LOG = logging.getLogger('dothi.share')
# Grows when QML or SLD are written in another way.
FORM = 3


@dataclass(frozen=True)
class SharedStyle:
    """A style of a view. basis: changes with whatever it is written from."""

    view: SharedView
    styles: StyleFile
    id: str
    basis: str


def sync_styles(locality: Locality) -> None:
    """Writes the styles that are not there as the files and releases say, after each migrate; the worker keeps them so.

    On the owner's role, which reads all layers.
    """
    with connection('owner') as db:
        lock_migration(db)
        for style in outdated(db, locality):
            keep(db, style, locality, reader=db)


def outdated(db: Connection, locality: Locality) -> list[SharedStyle]:
    """The styles that have to be written; those that no file describes any more are deleted.

    The styles of a file that is not right stay as they were, and so do those of a view that the next migrate will
    change: its columns may not be there yet.
    """
    releases = {layer: release.number for layer, release in current_releases(db).items()}
    shared_bases, made, waiting = _shared_bases(db), _made(db), []
    for layer in locality.layers.values():
        try:
            candidates = list(
                _styles_to_share(views_of(layer, locality), styles_of(layer, locality.path), locality, releases)
            )
        except BadLocalityFile as error:
            LOG.error('styles of %s in layer_styles stay as they are: %s', layer.id, error)
            continue
        current = {
            view.name for view in views_of(layer, locality) if made.get(view.name) == view.definition(db, locality)
        }
        waiting += [
            candidate
            for candidate in candidates
            if candidate.view.name in current
            and shared_bases.get((candidate.view.name, candidate.id)) != candidate.basis
        ]
        _delete_others(db, views_of(layer, locality), {(candidate.view.name, candidate.id) for candidate in candidates})
    return waiting


def keep(db: Connection, style: SharedStyle, locality: Locality, reader: Connection) -> None:
    """Writes the style as QML and SLD. reader: on a role that reads the layer, for its classes."""
    layer, audience = style.view.layer, style.view.audience
    breaks = class_breaks(reader, layer, locality, audience)
    drawing = drawing_of(layer, style.styles, style.id, audience, breaks)
    latitude = locality.place.centre_wgs84[1]
    columns = layer.columns_for(audience)
    form = LayerForm(columns, 'vi', layer.key, unit_codes(reader, columns, locality, audience))
    written = qml_of(drawing, latitude, form), sld_of(drawing, latitude)
    execute(
        db,
        sql.SQL("""
            insert into catalog.shared_style as s
                (view_name, style_id, title, is_default, qml, sld, basis)
            select name, %s, %s, %s, xmlparse(document %s), xmlparse(document %s), %s
            from catalog.shared_view where name = %s
            on conflict (view_name, style_id) do update set title = excluded.title, qml = excluded.qml,
                sld = excluded.sld, basis = excluded.basis, updated_at = now()"""),
        [style.id, drawing.title.vi, style.id == DEFAULT, *written, style.basis, style.view.name],
    )


def _styles_to_share(
    views: list[SharedView], styles: StyleFile, locality: Locality, releases: dict[str, int]
) -> Iterator[SharedStyle]:
    for view in views:
        units = unit_layers_of(view.layer.columns_for(view.audience), locality, view.audience)
        for name in styles.offered(view.layer, view.audience):
            classed = any(part.classes and part.classes.method != 'given' for part in styles.parts_of(name))
            basis_parts = [
                __version__,
                FORM,
                view.audience,
                view.titles,
                view.layer.definition(),
                styles.model_dump(mode='json'),
                locality.place.centre_wgs84,
                releases.get(view.layer.id) if classed else None,
                [releases.get(layer.id) for layer in units],
            ]
            basis = hashlib.sha256(json.dumps(basis_parts, default=str).encode()).hexdigest()[:16]
            yield SharedStyle(view, styles, name, basis)


def _shared_bases(db: Connection) -> dict[tuple[str, str], str]:
    with db.cursor() as cursor:
        cursor.execute('select view_name, style_id, basis from catalog.shared_style')
        return {(view, style): basis for view, style, basis in cursor.fetchall()}


def _made(db: Connection) -> dict[str, str]:
    """What each view was made from."""
    with db.cursor() as cursor:
        cursor.execute('select name, definition from catalog.shared_view')
        return dict(cursor.fetchall())


def _delete_others(db: Connection, views: list[SharedView], described: set[tuple[str, str]]) -> None:
    execute(
        db,
        sql.SQL("""
            delete from catalog.shared_style
            where view_name = any(%s) and not (view_name || ' ' || style_id) = any(%s)"""),
        [[view.name for view in views], [f'{view} {style}' for view, style in described]],
    )
