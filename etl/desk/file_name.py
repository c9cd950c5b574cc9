"""What a delivered file may be called."""

import re

LONGEST_FILE_NAME = 200
# A name alone: nothing that leads to another folder, and nothing hidden.
FILE_NAME = r'^[^./\\~\x00-\x1f][^/\\\x00-\x1f]*$'


def is_file_name(name: str) -> bool:
    """Whether a delivered file may have this name."""
    return len(name) <= LONGEST_FILE_NAME and re.fullmatch(FILE_NAME, name) is not None
