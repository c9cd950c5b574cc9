"""Links by which people set their passwords, sent by mail."""

from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor

from dothi.core.access.secrets import sha256_of
from dothi.core.clock import local_moment
from dothi.core.locality import Locality
from dothi.core.mail_settings import MailSettings
from dothi.core.text import LANGUAGES, Text
from processes.mail import letters
from processes.mail.outbox import Addressee, enqueue


def mail_link(db: Connection, secret: str, locality: Locality, url: str) -> str | None:
    """The address to which the link goes; None without a mail server, or where the person has no address.

    db: the transaction in which the link was made, as the gatekeeper. url: of the internal service, where
    DOTHI_MAIL_LINK_URL does not say it.
    """
    settings = MailSettings()
    if not settings.mail_server:
        return None
    with db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(
            """select p.id, p.name, p.title, p.email, p.language, p.role, p.agency, i.purpose, i.expires_at
               from access.person as p join access.invitation as i on i.person = p.id
               where p.email is not null and i.sha256 = %s""",
            [sha256_of(secret)],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    reader, zone = Addressee.model_validate(dict(row)), locality.place.zone
    until = Text(**{lang: local_moment(row['expires_at'], zone, lang) for lang in LANGUAGES})
    write = letters.invitation if row['purpose'] == 'invite' else letters.recovery
    enqueue(db, write(reader.name, secret, until, locality, settings.mail_link_url or url), reader)
    return reader.email
