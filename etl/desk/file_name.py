"""What a delivered file may be called."""

import re

LONGEST_FILE_NAME = 200
# Folders take names of 255 bytes, and what is made beside a file has its name and a suffix. A Vietnamese letter has up
# to three.
MOST_BYTES = 230
# What nobody sees, or what turns the rest of a line around: a name would be read as another one.
UNSEEN = r'\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff'
# A name alone: nothing that leads to another folder, and nothing hidden.
FILE_NAME = rf'^[^./\\~{UNSEEN}][^/\\{UNSEEN}]*$'


def is_file_name(name: str) -> bool:
    """Whether a delivered file may have this name."""
    is_short = len(name) <= LONGEST_FILE_NAME and len(name.encode()) <= MOST_BYTES
    return is_short and name == name.strip() and re.fullmatch(FILE_NAME, name) is not None
