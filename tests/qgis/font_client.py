"""Prints a sheet of a project in QGIS, with what the plugin brings or without. Runs under the Python that has QGIS.

Arguments: the project, the layout, the PDF to write, and the folder that has the plugin, or none. Writes JSON.
"""

import json
import sys
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsApplication, QgsLayoutExporter, QgsProject
from qgis.PyQt.QtGui import QFontDatabase

application = QgsApplication([], True)
application.initQgis()
downloads: list[str] = []
keeper = QgsApplication.fontManager()
# as the window of QGIS does
keeper.enableFontDownloadsForSession()
keeper.addUserFontDirectory(str(Path.home() / '.local/share/QGIS/QGIS3/profiles/default/fonts'))
keeper.fontDownloadErrorOccurred.connect(lambda url, _error: downloads.append(url.toString()))


def main(file: str, layout_name: str, pdf: str, plugin_folder: str) -> dict[str, Any]:
    if plugin_folder:
        sys.path.insert(0, plugin_folder)
        from dothi_qgis import classFactory

        classFactory(None)
    project = QgsProject.instance()
    assert project.read(file)
    settings = QgsLayoutExporter.PdfExportSettings()
    # letters as letters: the PDF says which font they are of
    settings.textRenderFormat = Qgis.TextRenderFormat.AlwaysText
    layout = project.layoutManager().layoutByName(layout_name)
    assert QgsLayoutExporter(layout).exportToPdf(pdf, settings) == QgsLayoutExporter.Success
    return {'families': QFontDatabase().families(), 'downloads': downloads}


answer = main(*sys.argv[1:5])
sys.stdout.write(json.dumps(answer))
sys.stdout.flush()
application.exitQgis()
