"""On which line of a YAML file a key stands, for errors that name it."""

from pathlib import Path

import yaml


def line_of_key(file: Path, path: tuple[int | str, ...]) -> int | None:
    """The line of the key at `path`, or of the last key on the way to it; None where the file has none of them."""
    try:
        node = yaml.compose(file.read_text(encoding='utf-8'), yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None
    line = None
    for step in path:
        key, value = _child(node, step)
        if key is not None:
            line, node = key.start_mark.line + 1, value
    return line


def _child(node: yaml.Node | None, step: int | str) -> tuple[yaml.Node | None, yaml.Node | None]:
    """Key and value of a mapping, or the member of a list twice; nothing where there is no such step."""
    if isinstance(node, yaml.MappingNode):
        pairs = (pair for pair in node.value if getattr(pair[0], 'value', None) == str(step))
        return next(pairs, (None, None))
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None, None
