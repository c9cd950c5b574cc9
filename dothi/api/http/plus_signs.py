"""The sign + in a query string: a space for those who write forms, a plus for those who write spaces as %20."""

from urllib.parse import unquote

from flask import request

from dothi.api.http.parameters import request_parameters


def text_with_plus_signs(name: str) -> str | None:
    """The value of the parameter with its plus signs, where its writer means signs; else None.

    QGIS writes `name%20=%20'A+B'`: whoever spells spaces as %20 does not spell them as + too.
    """
    if request_parameters() is not request.args:
        return None
    for part in request.query_string.split(b'&'):
        key, _, value = part.partition(b'=')
        if unquote(key.decode('ascii', 'replace')) == name and b'+' in value and b'%20' in value:
            return unquote(value.decode('ascii', 'replace')).strip()
    return None
