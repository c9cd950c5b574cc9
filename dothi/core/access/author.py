"""Under which name releases, deliveries and jobs keep who made them."""

from collections.abc import Container

from dothi.core.access.person import Person
from dothi.core.database import connection


def author_of(person: Person) -> str:
    """`agency/name` for who acts for an agency, `name` for everybody else. A name has no slash."""
    if person.agency is None or person.agency == person.name:
        return person.name
    return f'{person.agency}/{person.name}'


def person_at_work(author: str) -> Person | None:
    """Who is called so and is let in now; None for who was disabled, removed, or acts for another agency by now."""
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute('select * from access.person_at_work(%s)', [author])
        row = cursor.fetchone()
    person = Person(**dict(zip(Person.model_fields, row, strict=True))) if row else None
    return person if person and author_of(person) == author else None


def agency_of(author: str | None, agencies: Container[str]) -> str | None:
    """The agency that the author acted for; None for who acts for the centre, and for nobody."""
    agency = (author or '').partition('/')[0]
    return agency if agency in agencies else None
