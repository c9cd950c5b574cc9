"""Whom this machine believes when a server shows its certificate."""

import ssl


def trusting_context() -> ssl.SSLContext:
    """TLS to a server whose certificate is checked by the roots of this machine, as browsers check it.

    Python 3.13 wants besides what old roots of offices lack (RFC 5280 to the letter: VERIFY_X509_STRICT), and refuses
    with them what every other client takes.
    """
    context = ssl.create_default_context()
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
