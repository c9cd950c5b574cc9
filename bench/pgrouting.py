"""`service-coverage` as one would do it with pgRouting: a table of edges, pgr_drivingDistance, and a sum in SQL."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from psycopg2.extensions import connection as Connection

from dothi.core.database import database_url

# A node wherever a road ends or shares a vertex with another; an edge for each piece of road between two nodes.
EDGES = """
create extension if not exists pgrouting;
drop schema if exists bench cascade;
create schema bench;
create table bench.vertex as
    select r.id as road, (p.path)[1] as place, p.geom from layer.roads r, lateral ST_DumpPoints(r.geom) p;
create index on bench.vertex (road, place);
create table bench.node as
    select row_number() over () as id, geom from (
        select geom from (
            select geom, count(*) over (partition by geom) as shared,
                place = 1 or place = max(place) over (partition by road) as ends
            from bench.vertex
        ) v where ends or shared > 1 group by geom
    ) n;
create table bench.edge as
    with marked as (
        select v.road, v.place, v.geom, n.id as node,
            count(n.id) over (partition by v.road order by v.place) as piece
        from bench.vertex v left join bench.node n on n.geom = v.geom
    ),
    ends as (
        select road, piece, node as source, place as first, lead(node) over w as target, lead(place) over w as last
        from marked where node is not null window w as (partition by road order by place)
    )
    select row_number() over () as id, e.source, e.target, ST_Length(m.geom) as cost, m.geom
    from ends e, lateral (
        select ST_MakeLine(v.geom order by v.place) as geom from bench.vertex v
        where v.road = e.road and v.place between e.first and e.last
    ) m where e.target is not null;
create index on bench.edge using gist (geom);
create index on bench.node using gist (geom);
analyze bench.edge; analyze bench.node;
"""

# Each facility is a node of its own, joined to the node of the roads that is nearest to it.
FACILITIES = """
create table bench.facility as
    select -f.id as id, near.id as node, near.offset_m from layer.health_facilities f, lateral (
        select id, geom <-> f.geom as offset_m from bench.node order by geom <-> f.geom limit 1
    ) near where f.kind = 'station';
"""
REACH = """
select node, agg_cost from pgr_drivingDistance(
    'select id, source, target, cost from bench.edge union all select id, id, node, offset_m from bench.facility',
    (select array_agg(id) from bench.facility), %(distance_m)s, directed := false, equicost := true)
"""
COVERAGE = f"""
with reach as materialized ({REACH}),
home as materialized (
    select c.code, h.population, near.source, near.target, near.cost, near.offset_m,
        ST_LineLocatePoint(near.geom, h.geom) * near.cost as along_m
    from (select ST_Centroid(geom) as geom, population from layer.buildings where population > 0) h
    cross join lateral (
        select e.source, e.target, e.cost, e.geom, e.geom <-> h.geom as offset_m from bench.edge e
        order by e.geom <-> h.geom limit 1
    ) near
    left join lateral (
        select code from layer.communes c
        where ST_Intersects(c.geom, h.geom) and c.valid_from <= %(on)s and (c.valid_to is null or c.valid_to > %(on)s)
        limit 1
    ) c on true
)
select home.code, sum(population),
    sum(population) filter (where offset_m + least(s.agg_cost + along_m, t.agg_cost + cost - along_m) <= %(distance_m)s)
from home left join reach s on s.node = home.source left join reach t on t.node = home.target
group by home.code
"""


class PgRouting:
    """The same question in the same database."""

    def __init__(self, db: Connection, on: str) -> None:
        self.db, self.on = db, on

    def coverage(self, distance_m: float) -> tuple[float, float]:
        """People, and those of them who are covered; facilities stand at the node nearest to them."""
        with self.db.cursor() as cursor:
            cursor.execute(COVERAGE, {'distance_m': distance_m, 'on': self.on})
            rows = cursor.fetchall()
        return sum(float(row[1]) for row in rows), sum(float(row[2] or 0) for row in rows)

    def reach(self, distance_m: float) -> int:
        """How many nodes are reached: pgr_drivingDistance alone, with neither homes nor zones."""
        with self.db.cursor() as cursor:
            cursor.execute(REACH, {'distance_m': distance_m})
            return cursor.rowcount


@contextmanager
def pgrouting(on: str) -> Iterator[PgRouting]:
    """While inside, the roads lie in the schema `bench` as pgRouting wants them; making it is not measured."""
    url = database_url('admin').set(drivername='postgresql').render_as_string(hide_password=False)
    db = psycopg2.connect(url)
    db.autocommit = True
    try:
        with db.cursor() as cursor:
            cursor.execute(EDGES + FACILITIES)
        yield PgRouting(db, on)
        with db.cursor() as cursor:
            cursor.execute('drop schema bench cascade')
    finally:
        db.close()
