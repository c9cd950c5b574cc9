"""What promotions lose under write load, and how long they take, over several rounds.

Four clients commit one row after the other, and note what was acknowledged. Then all processes of the primary are
killed at once, and the standby is promoted; the old primary joins as the new standby, and so on. For the figures of
docs/reliability.md:

    DOTHI_TEST_ALL=yes DOTHI_STANDBY_ROUNDS=20 make test TESTS='-s tests/faults/test_standby_losses.py'
"""

import os
import statistics
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

from tests.faults.backups import wells
from tests.faults.standbys import Pair, pair_of_machines
from tests.matrix import exhaustive

CLIENTS, LOAD_S = 4, 3.0
ROUNDS = int(os.environ.get('DOTHI_STANDBY_ROUNDS', '2'))
LONGEST_LOSS_MS, LONGEST_TO_DATABASE_S = 1000.0, 30.0


@dataclass
class Load:
    """Rows that were acknowledged, with the moment; until the database is gone."""

    url: str
    acknowledged: dict[int, float] = field(default_factory=dict)

    def write(self, client: int) -> None:
        number = client
        try:
            with closing(psycopg2.connect(self.url)) as db:
                db.autocommit = True
                with db.cursor() as cursor:
                    while True:
                        cursor.execute('insert into public.load (number) values (%s)', [number])
                        self.acknowledged[number] = time.monotonic()
                        number += CLIENTS
        except psycopg2.Error:
            return


@dataclass(frozen=True)
class Round:
    """What a promotion lost and took. lost_ms: from the first lost row to the last one that was acknowledged."""

    rows: int
    lost: int
    lost_ms: float
    files_lost: int
    database_s: float
    all_s: float


def measure(pair: Pair) -> Round:
    """One round; the standby of the pair is primary afterwards."""
    with closing(psycopg2.connect(pair.primary.administrator_url())) as db, db.cursor() as cursor:
        cursor.execute('drop table if exists public.load; create table public.load (number int primary key)')
        db.commit()
    load = Load(pair.primary.administrator_url())
    clients = [threading.Thread(target=load.write, args=[client]) for client in range(CLIENTS)]
    for client in clients:
        client.start()
    pair.primary.deliver('under', 'load', str(time.time()))
    time.sleep(LOAD_S)
    pair.primary.kill()
    for client in clients:
        client.join()
    began_s = time.monotonic()
    promotion = pair.standby.document('standby', 'promote')
    wells(pair.standby.instance)
    all_s = time.monotonic() - began_s
    with closing(psycopg2.connect(pair.standby.administrator_url())) as db, db.cursor() as cursor:
        cursor.execute('select number from public.load')
        there = {number for (number,) in cursor.fetchall()}
    lost = sorted(load.acknowledged[number] for number in load.acknowledged.keys() - there)
    lost_ms = (max(load.acknowledged.values()) - lost[0]) * 1000 if lost else 0.0
    return Round(
        len(load.acknowledged), len(lost), lost_ms, len(promotion['missing_files']),
        promotion['seconds_to_database'], all_s,
    )  # fmt: skip


@exhaustive
def test_a_promotion_under_load_loses_less_than_a_second(shared_folder: Path) -> None:
    """Replication does not wait for the standby: what the primary acknowledged in its last moments may be gone."""
    made = []
    with pair_of_machines(shared_folder / 'standby-losses') as pair:
        roles = pair
        for _ in range(ROUNDS):
            made.append(measure(roles))
            sys.stdout.write(f'{made[-1]}\n')
            roles = roles.exchanged()
            roles.join()
            roles.wait_until_followed()
    for name in Round.__match_args__:
        values = [getattr(each, name) for each in made]
        sys.stdout.write(f'{name}: median {statistics.median(values):.1f}, worst {max(values):.1f}\n')
    assert max(each.lost_ms for each in made) < LONGEST_LOSS_MS
    assert max(each.database_s for each in made) < LONGEST_TO_DATABASE_S
