"""The marker set: signs of our own that every client draws alike.

Each file beside this one holds one path in a box of 24 by 24, filled by the even-odd rule. Its first part, up to the
first Z, is the silhouette; where there are others, they are cut out of it.
"""

import re
from functools import cache
from pathlib import Path

from dothi.core.errors import WrongUse, did_you_mean

NAMES = (
    'circle', 'square', 'triangle', 'diamond', 'star',
    'school', 'health', 'water', 'power', 'transport', 'report', 'park', 'market', 'waste', 'camera', 'light',
    'bridge', 'office',
)  # fmt: skip
FOLDER = Path(__file__).parent
BOX = 24.0


class UnknownMarker(WrongUse):
    """The marker set has no sign of this name."""


@cache
def path_of(name: str) -> str:
    """The sign's path in a box of 24 by 24, as SVG writes it; raises UnknownMarker with the nearest name."""
    if name not in NAMES:
        hint = did_you_mean(name, NAMES)
        raise UnknownMarker(
            vi=f'Không có ký hiệu "{name}". {hint.vi}', en=f'There is no marker called "{name}". {hint.en}'
        )
    (path,) = re.findall(r'\sd="([^"]+)"', (FOLDER / f'{name}.svg').read_text(encoding='utf-8'))
    return ' '.join(path.split())
