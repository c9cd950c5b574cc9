"""The styles of a layer with where their legends are."""

from typing import Any

from dothi.api.language import say
from dothi.api.ows.contents import Group, Leaf


def styles_with_legends(one: Leaf | Group) -> list[dict[str, Any]]:
    """Name, title and legend of each style."""
    return [{'name': name, 'title': say(title), 'legend': None} for name, title in one.styles.items()]
