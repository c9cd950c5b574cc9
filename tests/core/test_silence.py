"""Whoever waits for a database that says nothing is told so."""

import time
from contextlib import closing

import psycopg2
import pytest
from sqlalchemy import make_url

from dothi.core import silence
from dothi.core.database import connection_lost
from dothi.core.silence import SilenceWatch
from tests.faults.proxies import way_to


def test_a_connection_on_which_no_answer_comes_in_time_is_given_up(
    database: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is answered stays, though it waited before; so does one on which nothing is awaited."""
    monkeypatch.setattr(silence, 'GRACE_S', 0.1)
    monkeypatch.setattr(silence, 'LOOK_S', 0.05)
    url = make_url(database['DOTHI_DATABASE_URL']).set(drivername='postgresql')
    watch = SilenceWatch()
    with way_to(url.port or 5432) as way:
        there = url.set(host='127.0.0.1', port=way.port).render_as_string(hide_password=False)
        with closing(psycopg2.connect(there)) as silent, closing(psycopg2.connect(there)) as idle:
            for db in (silent, idle):
                watch.begin(db, 100)
                db.cursor().execute('select')
                watch.end(db)
            time.sleep(0.5)
            way.is_blocked = True
            watch.begin(silent, 100)
            began_s = time.monotonic()
            with pytest.raises(psycopg2.Error) as lost:
                silent.cursor().execute('select')
            watch.end(silent)
            assert connection_lost(lost.value)
            assert time.monotonic() - began_s < 30
            way.is_blocked = False
            idle.cursor().execute('select')
