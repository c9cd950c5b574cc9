"""Under which name releases, deliveries and jobs keep who made them."""

from collections.abc import Container

from dothi.core.access.person import Person


def author_of(person: Person) -> str:
    """`agency/name` for who acts for an agency, `name` for everybody else. A name has no slash."""
    if person.agency is None or person.agency == person.name:
        return person.name
    return f'{person.agency}/{person.name}'


def agency_of(author: str | None, agencies: Container[str]) -> str | None:
    """The agency that the author acted for; None for who acts for the centre, and for nobody."""
    agency = (author or '').partition('/')[0]
    return agency if agency in agencies else None
