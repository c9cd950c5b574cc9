"""An OpenID Connect provider of tests: Glewlwyd, a process of its own, and a browser that signs in there."""

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from joserfc.jwk import RSAKey

from dothi.core.ports import free_port

PAGES = Path('/usr/share/glewlwyd/webapp')
# Debian has a folder in its place.
SETTINGS_OF_PAGES = Path('/usr/share/glewlwyd/templates/config.json')
SCHEMA = Path('/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3')
# `$LIB` is for the loader.
FAKE_TIME = '/usr/$LIB/faketime/libfaketimeMT.so.1'
MODULES = Path('/usr/lib/glewlwyd')
CONFIGURATION = """
port = {port}
bind_address = "127.0.0.1"
external_url = "{url}"
login_url = "login.html"
api_prefix = "api"
log_mode = "file"
log_level = "INFO"
log_file = "{folder}/log"
cookie_secure = 0
cookie_same_site = "lax"
session_expiration = 3600
session_key = "SESSION"
admin_scope = "g_admin"
profile_scope = "g_profile"
hash_algorithm = "SHA512"
user_module_path = "{modules}/user"
client_module_path = "{modules}/client"
user_auth_scheme_module_path = "{modules}/scheme"
plugin_module_path = "{modules}/plugin"
static_files_path = "{folder}/pages"
static_files_mime_types = (
    {{ extension = ".html" mime_type = "text/html" }}, {{ extension = ".css" mime_type = "text/css" }},
    {{ extension = ".js" mime_type = "application/javascript" }},
    {{ extension = ".json" mime_type = "application/json" }}
)
use_secure_connection = {secure}
secure_connection_key_file = "{folder}/key.pem"
secure_connection_pem_file = "{folder}/certificate.pem"
database = {{ type = "sqlite3" path = "{folder}/database" }};
"""
CLIENT_ID, CLIENT_SECRET = 'dothi', 'a secret of the client'
PASSWORD = 'mat khau o nha cung cap'
PATIENCE_S = 60


def new_key(kid: str = 'first') -> RSAKey:
    return RSAKey.generate_key(2048, {'kid': kid, 'alg': 'RS256', 'use': 'sig'})


class Provider:
    """Glewlwyd on a free port, with this service as its client."""

    def __init__(self, folder: Path, return_address: str, origin: str = 'http://127.0.0.1') -> None:
        self.folder, self.return_address = folder, return_address
        self.port = free_port()
        self.url = f'{origin}:{self.port}'
        self.issuer = f'{self.url}/api/oidc'
        self.key = new_key()
        self._process: subprocess.Popen[bytes] | None = None
        self._administrator = self.session()
        database = sqlite3.connect(folder / 'database')
        database.executescript(SCHEMA.read_text(encoding='utf-8'))
        database.close()
        _copy_pages(folder / 'pages')
        values = {'port': self.port, 'url': self.url, 'folder': folder, 'modules': MODULES}
        secure = str(origin.startswith('https')).lower()
        (folder / 'glewlwyd.conf').write_text(CONFIGURATION.format(**values, secure=secure), encoding='utf-8')

    def session(self) -> requests.Session:
        """A client that trusts the provider's certificate."""
        session = requests.Session()
        session.trust_env = False
        if self.url.startswith('https'):
            session.verify = str(self.folder / 'certificate.pem')
        return session

    def start(self, shift: str = '') -> None:
        """shift: of its clock, such as `-1d`; the command `faketime`, when it is ended, would leave it behind."""
        clock = {'LD_PRELOAD': FAKE_TIME, 'FAKETIME': shift} if shift else {}
        command = ['/usr/bin/glewlwyd', '--config-file', str(self.folder / 'glewlwyd.conf')]
        self._process = subprocess.Popen(
            command, env=os.environ | clock, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._wait()
        self._api('POST', '/auth/', {'username': 'admin', 'password': 'password'})

    def set_up(self) -> None:
        """Makes the provider of the platform, and the platform its client."""
        plugin = {'module': 'oidc', 'name': 'oidc', 'display_name': 'OpenID Connect', 'enabled': True}
        self._api('POST', '/mod/plugin/', plugin | {'parameters': self._parameters()})
        self._api('POST', '/client/', self._client())

    def accept(self, return_address: str) -> None:
        """Sends browsers back there from now on."""
        self.return_address = return_address
        self._api('PUT', f'/client/{CLIENT_ID}', self._client())

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(PATIENCE_S)
            self._process = None

    @contextmanager
    def changed(self, **parameters: Any) -> Iterator[None]:
        """Other parameters of the provider, while inside."""
        self._change(self._parameters() | parameters)
        try:
            yield
        finally:
            self._change(self._parameters())

    def has_keys(self, *keys: RSAKey) -> dict[str, str]:
        """Parameters of a provider that signs with the first of these, and shows all."""
        return {'jwks-private': json.dumps({'keys': [key.as_dict(private=True) for key in keys]})}

    def account(self, name: str, email: str = '') -> 'AccountHolder':
        """A new account."""
        user = {'username': name, 'password': PASSWORD, 'email': email, 'enabled': True, 'scope': ['openid']}
        self._api('POST', '/user/', user)
        return AccountHolder(self, name)

    def _parameters(self) -> dict[str, Any]:
        return {
            'iss': self.issuer, 'jwks-show': True, **self.has_keys(self.key), 'access-token-duration': 60,
            'refresh-token-duration': 60, 'code-duration': 60, 'refresh-token-rolling': False,
            'auth-type-code-enabled': True, 'auth-type-refresh-enabled': False, 'allow-non-oidc': False,
            'subject-type': 'public', 'allowed-scope': ['openid'], 'pkce-allowed': True, 'pkce-required': True,
            'session-management-allowed': True, 'session-cookie-name': 'SID', 'session-cookie-expiration': 3600,
            'name-claim': 'no', 'email-claim': 'no',
        }  # fmt: skip

    def _client(self) -> dict[str, Any]:
        return {
            'client_id': CLIENT_ID, 'name': 'Đô Thị', 'enabled': True, 'confidential': True, 'password': CLIENT_SECRET,
            'redirect_uri': [self.return_address], 'authorization_type': ['code'],
            'token_endpoint_auth_method': ['client_secret_basic'], 'scope': [],
        }  # fmt: skip

    def _change(self, parameters: dict[str, Any]) -> None:
        plugin = {'module': 'oidc', 'name': 'oidc', 'display_name': 'OpenID Connect', 'enabled': True}
        self._api('PUT', '/mod/plugin/oidc', plugin | {'parameters': parameters})
        self._api('PUT', '/mod/plugin/oidc/reset', {})

    def _api(self, method: str, path: str, body: dict[str, Any]) -> None:
        answer = self._administrator.request(method, f'{self.url}/api{path}', json=body, timeout=PATIENCE_S)
        assert answer.status_code == 200, (path, answer.text)

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            with suppress(requests.RequestException):
                self._administrator.get(f'{self.url}/config', timeout=5)
                return
            time.sleep(0.05)
        raise AssertionError((self.folder / 'log').read_text(encoding='utf-8'))


class AccountHolder:
    """Somebody with an account at the provider, and their browser as far as the provider sees it."""

    def __init__(self, provider: Provider, name: str) -> None:
        self.provider, self.name = provider, name
        self._session = provider.session()

    def sign_in(self, address: str) -> str:
        """Where the provider sends the browser from `address`, once the password was typed and this client allowed."""
        asked = self._session.get(address, allow_redirects=False, timeout=PATIENCE_S).headers['Location']
        if not urlsplit(asked).path.endswith('/login.html'):
            return asked
        self._send('POST', '/auth/', {'username': self.name, 'password': PASSWORD})
        self._send('PUT', f'/auth/grant/{CLIENT_ID}/', {'scope': 'openid'})
        (back,) = parse_qs(urlsplit(asked).query)['callback_url']
        return self._session.get(f'{back}&g_continue', allow_redirects=False, timeout=PATIENCE_S).headers['Location']

    def _send(self, method: str, path: str, body: dict[str, str]) -> None:
        answer = self._session.request(method, f'{self.provider.url}/api{path}', json=body, timeout=PATIENCE_S)
        assert answer.status_code == 200, (path, answer.text)


@contextmanager
def running_provider(return_address: str, shift: str = '', origin: str = 'http://127.0.0.1') -> Iterator[Provider]:
    """A provider, set up, while inside. shift: of its clock, such as `-1d`. origin: without the port."""
    with tempfile.TemporaryDirectory(prefix='provider-') as folder:
        if origin.startswith('https'):
            make_certificate(Path(folder))
        provider = Provider(Path(folder), return_address, origin)
        try:
            provider.start(shift)
            provider.set_up()
            yield provider
        finally:
            provider.stop()


def _copy_pages(folder: Path) -> None:
    """It serves no page behind a link."""
    shutil.copytree(PAGES, folder, ignore=shutil.ignore_patterns('config.json', 'admin.js', 'profile.js'))
    shutil.copy(SETTINGS_OF_PAGES, folder / 'config.json')


def make_certificate(folder: Path) -> None:
    """A certificate for 127.0.0.1 that only who has the file trusts."""
    command = [
        'openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1',
        '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', str(folder / 'key.pem'),
        '-out', str(folder / 'certificate.pem'),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
