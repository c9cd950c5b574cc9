"""Schema `share`: the layers as views, for GIS staff who connect to the database itself.

`share.<layer>` shows a layer as the widest audience that may see it does. Where staff may see columns that the public
may not, `share.<layer>-internal` has those too; an id of a layer has no hyphen, so the names never meet.
"""

import json
from dataclasses import dataclass

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.errors import DataRefused
from dothi.core.layer import Audience, Layer
from dothi.core.layer_columns import execute
from dothi.core.layer_source import source
from dothi.core.locality import Locality
from dothi.core.text import Text

# Staff read what the public reads too.
READERS: dict[Audience, sql.SQL] = {
    'public': sql.SQL('dothi_gis_public, dothi_gis_internal'),
    'internal': sql.SQL('dothi_gis_internal'),
}
RELEASE = Text(vi='Bản phát hành', en='Release')


class SharedViewInUse(DataRefused):
    """A view of schema share has to change, and something that is not ours was built on it."""


@dataclass(frozen=True)
class SharedView:
    """A layer as an audience sees it."""

    layer: Layer
    audience: Audience
    name: str

    @property
    def titles(self) -> dict[str, str]:
        """What its columns are called, Vietnamese first, by column in their order."""
        titles_by_column = {
            name: _both(column.title, f' ({column.unit})' if column.unit else '')
            for name, column in self.layer.columns_for(self.audience).items()
        }
        return {'id': 'id', **titles_by_column, 'geom': self.layer.geometry, 'release_from': _both(RELEASE)}

    def select(self, locality: Locality) -> sql.Composed:
        """What it shows: the rows that the services answer where nobody names a time."""
        columns = sql.SQL(', ').join(map(sql.Identifier, self.titles))
        return sql.SQL('select {} from {} as f').format(columns, source(self.layer, locality, self.audience))

    def definition(self, db: Connection, locality: Locality) -> str:
        """Changes with whatever the view is made from, the types of its columns included."""
        types = [column.type for column in self.layer.columns_for(self.audience).values()]
        basis_parts = [self.audience, self.select(locality).as_string(db), types, self.titles, _both(self.layer.title)]
        return json.dumps([*basis_parts, locality.srid, 'security_invoker'], ensure_ascii=False)


def views_of(layer: Layer, locality: Locality) -> list[SharedView]:
    """The views of a layer: two where staff see more columns than the public, none of what not all of staff see."""
    is_for_staff = layer.visible_to('internal') and not locality.hides_rows(layer.id)
    if not layer.visible_to('public'):
        return [SharedView(layer, 'internal', layer.id)] if is_for_staff else []
    views = [SharedView(layer, 'public', layer.id)]
    if is_for_staff and layer.columns_for('internal').keys() != layer.columns_for('public').keys():
        views.append(SharedView(layer, 'internal', f'{layer.id}-internal'))
    return views


def share(db: Connection, layer: Layer, locality: Locality) -> None:
    """Makes the views of the layer that are not there."""
    view_bases = _view_bases(db, layer.id)
    for view in views_of(layer, locality):
        if view.name not in view_bases:
            _create(db, view, locality)


def withdraw_outdated(db: Connection, layer: Layer, locality: Locality) -> None:
    """Drops the views of the layer that its file does not describe any more; raises SharedViewInUse."""
    definitions = {view.name: view.definition(db, locality) for view in views_of(layer, locality)}
    for name, definition in _view_bases(db, layer.id).items():
        if definitions.get(name) != definition:
            _drop(db, name)


def withdraw(db: Connection, layer_id: str) -> None:
    """Drops all views of the layer; raises SharedViewInUse."""
    for name in _view_bases(db, layer_id):
        _drop(db, name)


def withdraw_others(db: Connection, locality: Locality) -> None:
    """Drops the views of layers that have no file any more. One whose file is broken keeps them until it is right."""
    broken = {name.rpartition('/')[2] for name in locality.broken}
    with db.cursor() as cursor:
        cursor.execute('select distinct layer_id from catalog.shared_view')
        served_layers = {layer_id for (layer_id,) in cursor.fetchall()}
    for layer_id in sorted(served_layers - locality.layers.keys() - broken):
        withdraw(db, layer_id)


def _create(db: Connection, view: SharedView, locality: Locality) -> None:
    place = sql.Identifier('share', view.name)
    execute(db, sql.SQL('create view {} with (security_invoker) as {}').format(place, view.select(locality)))
    _comment(db, sql.SQL('view {}').format(place), _both(view.layer.title))
    for column, title in view.titles.items():
        _comment(db, sql.SQL('column {}').format(sql.Identifier('share', view.name, column)), title)
    execute(db, sql.SQL('grant select on {} to {}').format(place, READERS[view.audience]))
    execute(
        db,
        sql.SQL('insert into catalog.shared_view values (%s, %s, %s, %s)'),
        [view.name, view.layer.id, view.audience, view.definition(db, locality)],
    )


def _comment(db: Connection, what: sql.Composable, text: str) -> None:
    execute(db, sql.SQL('comment on {} is {}').format(what, sql.Literal(text)))


def _drop(db: Connection, name: str) -> None:
    try:
        execute(db, sql.SQL('drop view {}').format(sql.Identifier('share', name)))
    except psycopg2.errors.DependentObjectsStillExist as error:
        users = (error.diag.message_detail or '').splitlines()
        raise SharedViewInUse(
            vi=f'share."{name}" phải thay đổi nhưng còn đối tượng dựa vào nó: {"; ".join(users)}. Xóa đối tượng ấy, '
            'chạy "dothi migrate", rồi tạo lại.',
            en=f'share."{name}" has to change, and this is built on it: {"; ".join(users)}. Drop that, run '
            '"dothi migrate", and make it again.',
        ) from None
    execute(db, sql.SQL('delete from catalog.shared_view where name = %s'), [name])


def _view_bases(db: Connection, layer_id: str) -> dict[str, str]:
    """What the layer's views were made from, by name."""
    with db.cursor() as cursor:
        cursor.execute('select name, definition from catalog.shared_view where layer_id = %s', [layer_id])
        return dict(cursor.fetchall())


def _both(text: Text, more: str = '') -> str:
    return f'{text.vi}{more}' if text.vi == text.en else f'{text.vi}{more} · {text.en}'
