"""Puts into the wheel what is no Python and lies beside the packages; all else is in pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
# As `PROJECT` of dothi/core/settings.py finds them.
FILES = ('sql', 'localities', 'web/dist', 'desktop', 'docs/explanation', 'pygeoapi-config.yml')


class BuildWithFiles(build_py):
    """Copies FILES into `dothi/files`, where an installation without the repository looks for them."""

    def run(self) -> None:
        """As its parent; raises FileNotFoundError where the map's page was not built (`make web`)."""
        super().run()
        if self.editable_mode:
            return
        for name in FILES:
            source, target = ROOT / name, Path(self.build_lib) / 'dothi' / 'files' / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns('__pycache__'))
            else:
                shutil.copyfile(source, target)


setup(cmdclass={'build_py': BuildWithFiles})
