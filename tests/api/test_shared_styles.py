"""Styles in the database follow the files and the releases, and show nobody more than their layer does."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import psycopg2

from dothi.cartography.shared_styles import sync_styles
from dothi.core.database import Role, database_url
from dothi.core.locality import Locality
from dothi.core.migrate import migrate
from processes.queue.upkeep import restyle_layers
from tests.api.conftest import Desk

WELLS = """
id: odd
title: {vi: Giếng, en: Wells}
description: {vi: Giếng, en: Wells}
theme: water
agency: office
access: public
licence: CC-BY-4.0
update_cycle: P1Y
geometry: Point
key: [end]
columns:
  end: {type: text, title: {vi: Mã, en: Code}}
  Độ sâu (m): {type: number, unit: m, title: {vi: Độ sâu, en: Depth}}
  owner: {type: text, access: internal, title: {vi: Chủ, en: Owner}}
source: {crs: EPSG:9209}
publish: {style: odd}
"""
STYLES = """
styles:
  default:
    parts:
      - kind: marker
        color: "#cccccc"
        classes: {column: Độ sâu (m), method: equal, colors: ["#fee8c8", "#e34a33"]}
      - {kind: label, color: "#000", text: owner}
  owners:
    title: {vi: Theo chủ, en: By owner}
    parts: [{kind: marker, color: "#cccccc", by: {column: owner, values: {nha: "#e34a33"}}}]
"""


def styles(role: Role) -> dict[tuple[str, str], str]:
    """The styles that a role finds, by view and name: as QML."""
    url = database_url(role).set(drivername='postgresql').render_as_string(hide_password=False)
    with closing(psycopg2.connect(url)) as db, db.cursor() as cursor:
        cursor.execute(
            """select f_table_name, description, styleqml::text from layer_styles
               where f_table_catalog = current_database() and stylesld is document and useasdefault = (
                   description = 'default')"""
        )
        return {(view, style): qml for view, style, qml in cursor.fetchall()}


def wells(*depths: float) -> list[tuple[str, dict[str, Any]]]:
    return [(f'POINT({n} 0)', {'end': str(n), 'Độ sâu (m)': depth}) for n, depth in enumerate(depths)]


def test_styles_follow_files_and_releases(elsewhere: Callable[[str], Locality]) -> None:
    place = elsewhere(WELLS)
    assert set(styles('gis_public')) == {('odd', 'default')}
    (place.path / 'styles').mkdir()
    (place.path / 'styles' / 'odd.yml').write_text(STYLES, encoding='utf-8')
    migrate(place)
    sync_styles(place)
    # the public's view has neither the label nor the style that need what only staff may see
    public, internal = styles('gis_public'), styles('gis_internal')
    assert set(public) == {('odd', 'default')}
    assert set(internal) == {('odd', 'default'), ('odd-internal', 'default'), ('odd-internal', 'owners')}
    assert 'owner' not in public['odd', 'default']
    assert 'fieldName="owner"' in internal['odd-internal', 'default']

    desk = Desk(place)
    desk.release('odd', wells(0, 10))
    # of three styles two have classes
    assert restyle_layers(lambda: False) == 2
    assert '&gt;= 5.0' in styles('gis_public')['odd', 'default']
    assert restyle_layers(lambda: False) == 0
    desk.release('odd', wells(0, 10, 40))
    assert restyle_layers(lambda: False) == 2
    assert '&gt;= 20.0' in styles('gis_public')['odd', 'default']

    # a layer that the database does not have yet keeps no other waiting
    (place.path / 'layers' / 'early.yml').write_text(WELLS.replace('odd', 'early'), encoding='utf-8')
    (place.path / 'styles' / 'early.yml').write_text(STYLES, encoding='utf-8')
    desk.release('odd', wells(0, 10, 60, float('nan')))
    assert restyle_layers(lambda: False) == 2
    assert '&gt;= 30.0' in styles('gis_public')['odd', 'default']
    (place.path / 'layers' / 'early.yml').unlink()

    # a file that is not right changes nothing, one without the style takes it away
    (place.path / 'styles' / 'odd.yml').write_text('styles: {default: {partz: []}}', encoding='utf-8')
    assert restyle_layers(lambda: False) == 0
    assert '&gt;= 30.0' in styles('gis_public')['odd', 'default']
    (place.path / 'styles' / 'odd.yml').unlink()
    restyle_layers(lambda: False)
    assert set(styles('gis_internal')) == {('odd', 'default'), ('odd-internal', 'default')}
