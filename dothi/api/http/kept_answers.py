"""Documents and pages about what is served, kept whole by each process until a release changes what they say.

One statement says whether anything has changed since; composing the list of all collections takes a hundred times that.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import wraps
from threading import Lock
from typing import Any

from flask import Response, current_app, g, request

from dothi.api.http.address import root_url
from dothi.api.http.compression import packed_before
from dothi.api.http.documents import cacheable_answer
from dothi.api.http.language import language
from dothi.api.http.snapshot import statements
from dothi.core.errors import EnvironmentMissing

# Releases that the role may see, prepared files, and everything else that makes services render anew.
STATE = """select (select n from catalog.generation),
    (select md5(string_agg(r.number || ' ' || r.released_at, ',' order by r.number))
        from catalog.layer as l join catalog.release as r on r.number = l.current_release),
    (select md5(string_agg(sha256, ',' order by layer_id, audience, format)) from catalog.download)"""
MOST_BYTES = 16 * 2**20
# Of a request by somebody with a key: links and forms are their own.
PERSONAL = ('dothi.key', 'dothi.ticket', 'HTTP_AUTHORIZATION')


@dataclass(frozen=True)
class KeptAnswer:
    """The bytes of an answer, and the state of the catalogue when it was begun.

    packed: the bytes compressed, by encoding; filled as clients ask for them.
    """

    state: tuple[Any, ...]
    body: bytes
    content_type: str
    packed: dict[str, bytes] = field(default_factory=dict)


@dataclass
class KeptAnswers:
    """The answers of one process that were asked for last, at most `most_bytes` of them."""

    most_bytes: int = MOST_BYTES
    _answers: OrderedDict[Hashable, KeptAnswer] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: Lock = field(default_factory=Lock)

    def get(self, question: Hashable, state: tuple[Any, ...]) -> KeptAnswer | None:
        """The answer, where it is kept and was made in this state."""
        with self._lock:
            answer = self._answers.get(question)
            if answer is None or answer.state != state:
                return None
            self._answers.move_to_end(question)
            return answer

    def keep(self, question: Hashable, answer: KeptAnswer) -> None:
        """Keeps the answer in place of an earlier one, and forgets those that were longest not asked for."""
        with self._lock:
            self._forget(question)
            self._answers[question] = answer
            self._bytes += len(answer.body)
            while self._bytes > self.most_bytes:
                self._forget(next(iter(self._answers)))

    def _forget(self, question: Hashable) -> None:
        earlier = self._answers.pop(question, None)
        self._bytes -= len(earlier.body) if earlier else 0


def kept_until_release[**P](
    view: Callable[P, Response], also: Callable[[], Hashable] = lambda: None
) -> Callable[P, Response]:
    """The view, whose answer to the same question is sent again until a release or another catalogue.

    For views that answer by `as_json` or `as_page` alone, from releases, prepared files, layer files and the request.
    also: gives what else they depend on.
    """

    @wraps(view)
    def answer(*args: P.args, **values: P.kwargs) -> Response:
        if any(name in request.environ for name in PERSONAL):
            return view(*args, **values)
        try:
            with statements() as db:
                state = (*db.prepared_rows(STATE)[0], also())
        except EnvironmentMissing:
            # some of these need no database; the others say themselves what is missing
            return view(*args, **values)
        answers: KeptAnswers = current_app.extensions['dothi.kept_answers']
        # pages differ for who has signed in: they need not ask for a key
        is_known = g.get('identity') is not None
        question = (request.full_path, request.headers.get('Accept', ''), language(), root_url(), is_known)
        kept = answers.get(question, state)
        if kept is not None:
            return packed_before(cacheable_answer(kept.body, kept.content_type), kept.packed)
        response = view(*args, **values)
        if response.status_code == 200:
            answers.keep(question, KeptAnswer(state, response.get_data(), response.content_type or ''))
        return response

    return answer
