"""All that is wrong with a body, each fault with its place in it."""

import json

from flask import Response

from dothi.api.http.language import say
from dothi.api.http.problems import problem_response
from etl.editing.checks import Unfit


def answer_unfit(error: Unfit) -> Response:
    """The problem document of what cannot be taken, with a list of its faults for programs."""
    response = problem_response(error)
    if (response.mimetype or '').endswith('json'):
        document = json.loads(response.get_data())
        document['errors'] = [
            {'pointer': fault.pointer, 'code': fault.code, 'detail': say(fault.says), **fault.says.model_dump()}
            for fault in error.faults
        ]
        response.set_data(json.dumps(document, ensure_ascii=False))
    return response
