"""One app for each access class: what is rendered, counted, drawn and kept for people who see the same is theirs alone.

An app takes 0.1 s and 4 MB; those that were longest not asked for go first.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

from flask import Flask

from dothi.api.access.identity import FAILURE, IDENTITY, credentials_in, identity_of_request, take_secrets
from dothi.core.access.claims import claim
from dothi.core.access.classes import EVERYBODY, AccessClass, class_of
from dothi.core.access.person import Person
from dothi.core.access.signing import Claims
from dothi.core.errors import DothiError
from dothi.core.locality import Locality

MOST_APPS = 64
type WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class ClassApps:
    """Answers each request by the app of the access class of whoever asks.

    base: the app for what everybody sees who works with the platform. make: gives the app of another class.
    """

    def __init__(self, base: Flask, locality: Locality, make: Callable[[AccessClass], Flask]) -> None:
        self._base, self._locality, self._make = base, locality, make
        self._base_wsgi: WsgiApp = base.wsgi_app
        self._apps: OrderedDict[str, Flask] = OrderedDict()
        self._classes: dict[tuple[str, str | None], AccessClass] = {}
        self._claims, self._lock, self._making = Claims(), Lock(), Lock()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """The answer of that app. What this thread reads until its next request, it reads with the class's claims."""
        claim(EVERYBODY, '')
        try:
            app = self._app_for(environ)
        except Exception as error:
            # such as a database that is away: an app answers with the reason, here nobody would
            claim(EVERYBODY, '')
            environ[FAILURE] = error
            app = self._base_wsgi
        return app(environ, start)

    def _app_for(self, environ: dict[str, Any]) -> WsgiApp:
        """The app of the class of who asks, whose claims this thread has from now on."""
        access_class = self._class_of_request(environ)
        if not access_class.name:
            return self._base_wsgi
        claim(access_class, self._claims.of(access_class))
        return self._app_of(access_class).wsgi_app

    def _class_of_request(self, environ: dict[str, Any]) -> AccessClass:
        """The class of who asks; of who cannot be let in it is nobody's, and its app says why."""
        take_secrets(environ)
        if not credentials_in(environ):
            return EVERYBODY
        try:
            with self._base.request_context(environ):
                identity = identity_of_request()
        except (DothiError, PermissionError):
            return EVERYBODY
        environ[IDENTITY] = identity
        return self._class_of_person(identity.person) if identity else EVERYBODY

    def _class_of_person(self, person: Person) -> AccessClass:
        key = (person.role.value, person.agency)
        if key not in self._classes:
            self._classes[key] = class_of(person, self._locality)
        return self._classes[key]

    def _app_of(self, access_class: AccessClass) -> Flask:
        app = self._present(access_class.name)
        if app is not None:
            return app
        # one is made at a time, and whoever has one does not wait for it
        with self._making:
            app = self._present(access_class.name) or self._make(access_class)
            with self._lock:
                self._apps[access_class.name] = app
                if len(self._apps) > MOST_APPS:
                    self._apps.popitem(last=False)
            return app

    def _present(self, name: str) -> Flask | None:
        with self._lock:
            if name in self._apps:
                self._apps.move_to_end(name)
            return self._apps.get(name)
