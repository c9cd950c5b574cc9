"""Short answers that are repeated before Flask looks at the request, while their layer has the release they are of.

Of a page of ten features, or a 304, Flask's way through the app takes most of a web process's time.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any

from flask import Flask, request

from dothi.api.access.identity import FAILURE, IDENTITY, KEY, TICKET, WARMING_UP
from dothi.api.http.address import is_trusted
from dothi.api.http.clients import COUNTED, take_token
from dothi.api.http.full_disk import is_disk_full
from dothi.api.http.measures import NO_ROUTE, ROUTE
from dothi.api.http.remembered import Remembered
from dothi.api.http.request_ids import HEADER, IN_ENVIRONMENT
from dothi.api.http.service import Service
from dothi.api.http.snapshot import NAME_OF_CURRENT, Reading, uncounted_reading
from dothi.core.request_id import begin_request

# Where a view says of which release its answer is, and where it learns that the same was asked before.
RELEASE, ASKED_BEFORE = 'dothi.answer_of_release', 'dothi.asked_before'
# What kept the release of an answer from being read.
UNREADABLE = 'dothi.unreadable'
MOST_ANSWERS, MOST_BYTES, MOST_QUESTIONS = 500, 8_192, 10_000
# What a question has together: its address twice, and headers with their names, of which browsers send half of it.
LONGEST_QUESTION = 3_000
# A failure that comes after the release was read is of a moment.
REPEATED = frozenset(('200', '304'))
# Headers that no view looks at, beside whose requests are counted. All others tell questions apart.
WITHOUT_EFFECT = frozenset(('HTTP_X_REQUEST_ID', 'HTTP_X_FORWARDED_FOR', 'HTTP_REFERER'))
# What makes an answer somebody's own.
PERSONAL = frozenset((KEY, TICKET, IDENTITY, FAILURE, WARMING_UP, 'HTTP_AUTHORIZATION', 'HTTP_COOKIE'))
WITH_BODY = frozenset(('HTTP_TRANSFER_ENCODING', 'CONTENT_LENGTH', 'CONTENT_TYPE'))

# Layer, and what names its release: number and time.
type ReleaseName = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True)
class RepeatedAnswer:
    """An answer as it leaves the app, but for the id of its request."""

    release: ReleaseName
    route: str
    status: str
    headers: list[tuple[str, str]]
    body: bytes


def install(app: Flask) -> None:
    """Has answers of `app` repeated of which a view says `repeat_while_released`."""
    app.before_request(_say_why_unreadable)
    app.wsgi_app = RepeatedAnswers(app)  # type: ignore[method-assign, assignment]


def is_asked_again() -> bool:
    """Whether the same was asked before, so that the answer is worth keeping."""
    return ASKED_BEFORE in request.environ


def repeat_while_released(release: ReleaseName) -> None:
    """The answer to the current request depends on nothing but the request and that release.

    release: of the state that the answer is of, or of one before: what was released meanwhile is never repeated then.
    """
    request.environ[RELEASE] = release


class RepeatedAnswers:
    """The app with its last short answers to questions that were asked more than once."""

    def __init__(self, app: Flask) -> None:
        self._app, self._flask = app, app.wsgi_app
        self._service: Service = app.extensions['dothi']
        self._answers: Remembered[Hashable, RepeatedAnswer] = Remembered(MOST_ANSWERS)
        self._asked: Remembered[int, bool] = Remembered(MOST_QUESTIONS)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """The answer that is kept, or that of the app."""
        with self._app.app_context():
            question = None if is_disk_full() else _question(environ)
            answer = None if question is None else self._answers.get(question)
            may_repeat = answer is not None and self._may_repeat(answer, environ)
        if question is None:
            return self._flask(environ, start)
        return _repeat(answer, environ, start) if answer and may_repeat else self._ask(question, environ, start)

    def _may_repeat(self, answer: RepeatedAnswer, environ: dict[str, Any]) -> bool:
        """Whether the client may ask as much, and release and columns are as they were; the app says why it may not."""
        if not take_token(self._service, environ):
            return False
        environ[COUNTED] = True
        layer_id, name = answer.release
        current = (*name, self._service.generation)
        try:
            with uncounted_reading(Reading) as db:
                return db.prepared_rows(NAME_OF_CURRENT, layer_id) == [current]
        except Exception as error:
            environ[UNREADABLE] = error
            return False

    def _ask(self, question: Hashable, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """The answer of the app, kept where its view says so."""
        mark = hash(question)
        if self._asked.get(mark):
            environ[ASKED_BEFORE] = True
        self._asked.keep(mark, True)
        begun: list[Any] = []

        def note(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            begun[:] = status, [header for header in headers if header[0] != HEADER]
            return start(status, headers, *error)

        parts = self._flask(environ, note)
        if RELEASE not in environ:
            return parts
        body = _whole(parts)
        status, headers = begun
        # the other header is of a disk that was full a moment ago
        is_true = status[:3] in REPEATED and 'X-Accel-Expires' not in dict(headers)
        if is_true and len(body) <= MOST_BYTES:
            route = environ.get(ROUTE, NO_ROUTE)
            self._answers.keep(question, RepeatedAnswer(environ[RELEASE], route, status, headers, body))
        return [body]


def _say_why_unreadable() -> None:
    """Raises what kept the release from being read: trying once more would have the client wait twice as long."""
    if UNREADABLE in request.environ:
        raise request.environ[UNREADABLE]


def _question(environ: dict[str, Any]) -> Hashable | None:
    """All that an answer may depend on beside the data; None where nothing is repeated."""
    if environ['REQUEST_METHOD'] not in ('GET', 'HEAD') or not PERSONAL.isdisjoint(environ):
        return None
    if not WITH_BODY.isdisjoint(environ) and any(environ.get(name) for name in WITH_BODY):
        return None
    headers = [
        member for member in environ.items() if member[0].startswith('HTTP_') and member[0] not in WITHOUT_EFFECT
    ]
    question = (
        environ['REQUEST_METHOD'],
        environ.get('RAW_URI', ''),
        environ['PATH_INFO'],
        environ['QUERY_STRING'],
        environ['SERVER_PROTOCOL'],
        environ['wsgi.url_scheme'],
        *chain.from_iterable(headers),
    )
    return (is_trusted(environ.get('REMOTE_ADDR')), question) if sum(map(len, question)) <= LONGEST_QUESTION else None


def _repeat(answer: RepeatedAnswer, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    environ[ROUTE] = answer.route
    environ[IN_ENVIRONMENT] = begin_request(environ.get('HTTP_X_REQUEST_ID'))
    start(answer.status, [*answer.headers, (HEADER, environ[IN_ENVIRONMENT])])
    return [answer.body]


def _whole(parts: Iterable[bytes]) -> bytes:
    try:
        return b''.join(parts)
    finally:
        close = getattr(parts, 'close', None)
        if close is not None:
            close()
