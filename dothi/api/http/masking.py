"""Texts for logs without what lets somebody in: keys, tickets, links of invitations, codes of providers."""

import re

# By where they stand, and by what they look like: an address may be written with `%` in many ways.
SECRETS = re.compile(
    r'((?:key|token)=)[^&#\s]*|(/(?:api|ows)/key/|/invitation/)[^/?#\s]*|((?:/|%2f))[\w-]{43}(?![\w-])'
    r'|(/sign-in/provider/answer\?)[^#\s]*|dothi_[\w-]{43}|\d{10,12}-[0-9a-f]{32}-[0-9a-f]{32}',
    re.IGNORECASE,
)


def without_secrets(text: str) -> str:
    """`text` with `***` in place of each secret."""
    return SECRETS.sub(r'\1\2\3\4***', text)


def one_line(text: str) -> str:
    """`text` without secrets, on one line: what would end it or steer a terminal stands there as its escape.

    Paths are decoded: a stranger may write `%0a` into one, and after it a line of a log.
    """
    return ''.join(
        letter if letter.isprintable() else letter.encode('unicode_escape').decode() for letter in without_secrets(text)
    )
