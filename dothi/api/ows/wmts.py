from flask import Response

from dothi.api.ows.asked import Asked


def answer(asked: Asked) -> Response:
    raise NotImplementedError
