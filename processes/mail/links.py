"""Links by which people set their passwords, sent by mail."""

from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor

from dothi.core.locality import Locality
from dothi.core.mail_settings import MailSettings
from processes.mail import letters
from processes.mail.outbox import Addressee, enqueue


def mail_link(db: Connection, name: str, secret: str, days: int, locality: Locality, url: str) -> str | None:
    """The address to which the link goes; None without a mail server, or where the person has no address.

    db: the transaction in which the link was made, as the gatekeeper. url: of the internal service, where
    DOTHI_MAIL_LINK_URL does not say it.
    """
    settings = MailSettings()
    if not settings.mail_server:
        return None
    with db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(
            """select id, name, title, email, language, role, agency from access.person
               where name = %s and email is not null""",
            [name],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    reader = Addressee.model_validate(dict(row))
    enqueue(db, letters.invitation(secret, days, locality, settings.mail_link_url or url), reader)
    return reader.email
