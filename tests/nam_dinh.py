"""The pilot's locality, as it is shipped and as a copy to be changed."""

import shutil
from pathlib import Path

from dothi.core.locality_folder import LIBRARY
from dothi.core.settings import LOCALITIES

NAM_DINH = LOCALITIES / 'nam_dinh'


def whole_copy(target: Path) -> Path:
    """A copy that has every file of the library itself, so that a test may change or delete any of them."""
    shutil.copytree(LIBRARY, target)
    shutil.copytree(NAM_DINH, target, dirs_exist_ok=True)
    place = target / 'locality.yml'
    place.write_text(place.read_text(encoding='utf-8').replace('library: all\n', ''), encoding='utf-8')
    return target
