"""Writes all that a training room needs into one folder: slides, exercise files, web pages with their libraries.

`make training` does so; the folder is copied to the machines of the room, which need no internet.
"""

import shutil
import sys
from pathlib import Path

from docs.training.exercise_files import write_exercise_files
from docs.training.slides import write_slides
from dothi.core.settings import PROJECT

HERE = Path(__file__).parent
# Where the libraries of the web pages come from, by the names that the pages load.
LIBRARIES = {
    'maplibre-gl.mjs': 'web/node_modules/maplibre-gl/dist',
    'maplibre-gl-shared.mjs': 'web/node_modules/maplibre-gl/dist',
    'maplibre-gl-worker.mjs': 'web/node_modules/maplibre-gl/dist',
    'maplibre-gl.css': 'web/node_modules/maplibre-gl/dist',
    'ol.js': 'tests/clients/node_modules/ol/dist',
    'ol.css': 'tests/clients/node_modules/ol',
    'leaflet.js': 'tests/clients/node_modules/leaflet/dist',
    'leaflet.css': 'tests/clients/node_modules/leaflet/dist',
    'images': 'tests/clients/node_modules/leaflet/dist',
}


def write_training(folder: Path) -> None:
    """The material of all courses in `folder`, in place of what was there."""
    shutil.rmtree(folder, ignore_errors=True)
    slides = folder / 'slides'
    slides.mkdir(parents=True)
    for page in sorted(HERE.glob('*.md')):
        write_slides(page, slides / page.with_suffix('.html').name)
    write_exercise_files(folder / 'files')
    write_pages(folder / 'pages')


def write_pages(folder: Path) -> None:
    """The pages of the web course, with the libraries beside them that they load."""
    shutil.copytree(HERE / 'pages', folder)
    library = folder / 'lib'
    library.mkdir()
    for name, source in LIBRARIES.items():
        path = PROJECT / source / name
        (shutil.copytree if path.is_dir() else shutil.copyfile)(path, library / name)


if __name__ == '__main__':
    write_training(Path(sys.argv[1] if len(sys.argv) > 1 else PROJECT / 'build' / 'training'))
