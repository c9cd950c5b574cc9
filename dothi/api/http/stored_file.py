"""Files of the store as answers: in parts where a client asks for them, and under a name of their own."""

from datetime import datetime
from pathlib import Path

from flask import Response, send_file

# What people would rather look at than find among their files.
OPENED = frozenset(('text/html', 'application/pdf'))


def stored_file(
    path: Path, media_type: str, name: str, *, tag: str | None = None, since: datetime | None = None
) -> Response:
    """The file, or the range of it that is asked for, or 304 for a client that has it.

    A report opens in the browser, anything else is kept. name: under which browsers keep it. tag: strong, of the file's
    content; made of size and time where it is left out. since: when its content became so. Whoever reads it while it
    is replaced reads the old one to its end.
    """
    response = send_file(
        path,
        mimetype=media_type,
        as_attachment=media_type not in OPENED,
        download_name=name,
        conditional=True,
        etag=tag or True,
        last_modified=since,
    )
    if ';' in media_type:
        # Werkzeug writes a charset behind every text, behind one that has parameters of its own too
        response.content_type = media_type
    response.headers['Cache-Control'] = 'no-cache'
    return response
