"""Whoever decides names what they have seen: by If-Match, or by the hidden field of a page."""

from flask import request

from dothi.api.access.forms import Fields
from dothi.api.http.caching import named_tags
from dothi.core.errors import Outdated
from dothi.core.text import Text


class StaleDecision(Outdated):
    """What is decided on is not as it was when its page was read."""


def must_be_current(version: str, what: Text, fields: Fields) -> None:
    """Raises StaleDecision where the version that the client names is another one by now. what: it is decided on."""
    named = named_tags(request.if_match) | ({fields.text('version')} - {''})
    if named and not request.if_match.star_tag and version not in named:
        raise StaleDecision(
            vi=f'{what.vi} đã thay đổi từ khi bạn mở trang. Xem lại rồi quyết định.',
            en=f'{what.en} has changed since you opened its page. Look at it again, then decide.',
        )
