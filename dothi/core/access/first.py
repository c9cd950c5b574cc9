"""The first administrator, who invites everybody else."""

from uuid import uuid4

from dothi.core.access.people import has_administrator, invite, people
from dothi.core.access.person import Person, Role
from dothi.core.database import connection
from dothi.core.reader_language import pick_words

# The first that is free: tokens of settings are people too, and may have such a name.
NAMES = ('admin', 'administrator', 'dothi-admin')


def first_administrator() -> str | None:
    """The path at which the first administrator sets a password; None where there is an administrator already."""
    with connection('gatekeeper') as db:
        # two commands may start at one moment
        db.cursor().execute('select pg_advisory_xact_lock(920900102)')
        if has_administrator(db):
            return None
        names_in_use = {person.name for person in people(db)}
        name = next(name for name in NAMES if name not in names_in_use)
        title = pick_words('Quản trị viên', 'Administrator')
        person = Person(id=uuid4(), name=name, title=title, role=Role.ADMINISTRATOR)
        return f'/invitation/{invite(db, person)}'
