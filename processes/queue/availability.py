"""Whether the services answer, asked now and again and counted by day: what the API's availability is shown by."""

import urllib.request
from collections.abc import Iterable
from contextlib import suppress
from http.client import HTTPException

from dothi.core.clock import today
from dothi.core.database import connection
from dothi.core.locality import locality_zone

# A service that needs longer to say that it is well is not.
PATIENCE_S = 5.0


def probe_services(addresses: Iterable[str]) -> dict[str, bool]:
    """Whether each address answers 200 at once. Every service is asked, whatever became of the one before."""
    return {address: _does_answer(address) for address in addresses}


def record_answers(answered: dict[str, bool]) -> None:
    """Adds one question for each service to the counts of today."""
    with connection('worker') as db, db.cursor() as cursor:
        for service, well in sorted(answered.items()):
            cursor.execute(
                """insert into indicator.availability as known (day, service, asked, answered)
                   values (%s, %s, 1, %s)
                   on conflict (day, service) do update
                   set asked = known.asked + 1, answered = known.answered + excluded.answered""",
                [today(locality_zone()), service, int(well)],
            )


def _does_answer(address: str) -> bool:
    # what is no answer in HTTP is none, and must not end the asking
    with suppress(OSError, ValueError, HTTPException), urllib.request.urlopen(address, timeout=PATIENCE_S) as response:
        return bool(response.status == 200)
    return False
