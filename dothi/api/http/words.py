"""Documents with texts in both languages, in the language of a reader."""

from typing import Any

from dothi.core.text import LANGUAGES, Lang, Text


def in_language(node: Any, lang: Lang) -> Any:
    """`node` with each Text and each {vi, en} within it in one language."""
    if isinstance(node, Text):
        return node.pick(lang)
    if isinstance(node, dict):
        if node.keys() == set(LANGUAGES):
            return node[lang]
        return {name: in_language(value, lang) for name, value in node.items()}
    return [in_language(part, lang) for part in node] if isinstance(node, list) else node
