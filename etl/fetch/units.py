"""Units by the names that the world gives them: without accents, and without the word for their kind."""

from collections.abc import Callable
from datetime import date

from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.text import search_key


def by_name(layer: Layer, locality: Locality, on: date) -> Callable[[str], str | None]:
    """A function from a name to the code of the unit in the layer's register that has it on the day `on`, or None.

    `Hai Hau`, `Hải Hậu` and `Huyện Hải Hậu` are the same; a name that two units share has no code.
    """
    rows = locality.register(layer.register_, on) if layer.register_ else {}
    codes: dict[str, set[str]] = {}
    for code, row in rows.items():
        for name in _names(row.get('name', '')):
            codes.setdefault(name, set()).add(code)

    def code_of(text: str) -> str | None:
        matching_codes = codes.get(search_key(text), set())
        return next(iter(matching_codes)) if len(matching_codes) == 1 else None

    return code_of


def _names(name: str) -> set[str]:
    """The name whole, and without its first one or two words, which say what kind of unit it is."""
    words = search_key(name).split()
    return {' '.join(words[start:]) for start in range(min(3, len(words)))}
