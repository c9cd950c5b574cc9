"""Documents with texts in both languages, in the language of a reader."""

from typing import Any

from dothi.core.text import LANGUAGES, Lang, Text


def in_language(node: Any, lang: Lang) -> Any:
    """`node` with each Text and each {vi, en} within it in one language."""
    # most are strings; whether something is a Text is the dearest question
    if isinstance(node, str):
        return node
    if isinstance(node, dict):
        # the schema of a text has members of these names too
        if len(node) == len(LANGUAGES) and node.keys() == set(LANGUAGES) and not isinstance(node[lang], dict):
            return node[lang]
        return {name: in_language(value, lang) for name, value in node.items()}
    if isinstance(node, list):
        return [in_language(part, lang) for part in node]
    if node is None or isinstance(node, bool | int | float):
        return node
    return node.pick(lang) if isinstance(node, Text) else node
