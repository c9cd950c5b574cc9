"""The picture and the analysis by which a restored copy is compared with the instance."""

from pathlib import Path

import shapely

from dothi.core.database import connection
from dothi.local.backup.outputs import digest_outputs
from tests.processes.conftest import Loader

# Two lamps 60 km apart: on a sheet that holds both, posts are too small to be drawn.
LAMPS = [(shapely.Point(x, 0), {'code': f'D{x}', 'lamp': 'led'}) for x in (0, 60_000)]
ROADS = [
    (shapely.LineString([(0, y), (60_000, y)]), {'code': f'R{y}', 'name': f'R{y}', 'class': 'national'})
    for y in (0, 100, 200)
]


def test_the_picture_is_of_a_layer_that_is_drawn_at_its_scale(loader: Loader, tmp_path: Path) -> None:
    """The smallest layer is not drawn, the next one is; with the first alone the proof goes on without a picture."""
    loader.load('street_lights', LAMPS)
    tell_extent('street_lights')
    assert 'picture' not in digest_outputs(tmp_path)
    loader.load('roads', ROADS)
    tell_extent('roads')
    assert 'picture' in digest_outputs(tmp_path)


def tell_extent(layer: str) -> None:
    """Writes the extent of a layer's rows to its release, as releasing does."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(
            f"""update catalog.release set extent_wgs84 = (
                    select array[ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)]
                    from (select ST_Extent(ST_Transform(geom, 4326)) as box from layer.{layer}) as extents
                ) where number = (select current_release from catalog.layer where id = %s)""",
            [layer],
        )
