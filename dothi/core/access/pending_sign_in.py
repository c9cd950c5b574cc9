"""A sign-in that goes on at an OpenID Connect provider."""

import hashlib

from pydantic import BaseModel, ConfigDict

from dothi.core.text import Lang


class PendingSignIn(BaseModel):
    """A sign-in that has begun and waits for the provider's answer; the browser keeps it, and nobody else.

    secret: random. Of what is worked out from it the provider learns state and nonce, and the verifier at the end.
    """

    model_config = ConfigDict(frozen=True)

    secret: str
    next_path: str = '/'
    invitation: str = ''
    language: Lang = 'vi'

    @property
    def state(self) -> str:
        """Shows that the answer is for this browser."""
        return self._derived('state')

    @property
    def nonce(self) -> str:
        """Shows that the ID token is for this sign-in."""
        return self._derived('nonce')

    @property
    def verifier(self) -> str:
        """Shows that whoever brings the code has begun the sign-in."""
        return self._derived('verifier')

    def _derived(self, purpose: str) -> str:
        return hashlib.sha256(f'dothi {purpose} {self.secret}'.encode()).hexdigest()
