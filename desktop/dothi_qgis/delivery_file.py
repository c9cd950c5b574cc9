"""A layer, or what is selected in it, as the GeoPackage that is delivered: in the layer's own system."""

import re
from pathlib import Path

from qgis.core import QgsProject, QgsVectorFileWriter, QgsVectorLayer

from dothi_qgis.catalogue import plain
from dothi_qgis.service import ServiceError
from dothi_qgis.words import say

# What a GeoPackage keeps for itself, and what the service adds to a feature: no columns of an agency.
FILE_NUMBER, SERVICE_NUMBER = 'fid', 'id'
LONGEST_NAME = 60


def write_delivery_file(layer: QgsVectorLayer, folder: Path, only_selection: bool) -> Path:
    """The GeoPackage in the folder; edits that are not saved are in it. Raises ServiceError where there is nothing."""
    if (layer.selectedFeatureCount() if only_selection else layer.featureCount()) == 0:
        raise ServiceError(say('Không có đối tượng nào để giao.', 'There is no feature to deliver.'))
    file = folder / f'{file_name_of(layer.name())}.gpkg'
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = 'GPKG', file.stem
    options.onlySelectedFeatures = only_selection
    options.attributes = delivered_fields(layer)
    context = QgsProject.instance().transformContext()
    fault, message, *_ = QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(file), context, options)
    if fault != QgsVectorFileWriter.NoError:
        raise ServiceError(say('Không ghi được tệp: ', 'The file could not be written: ') + message)
    return file


def delivered_fields(layer: QgsVectorLayer) -> list[int]:
    """Positions of the fields that are delivered; an `ID` of the agency's own is among them."""
    own = {FILE_NUMBER, SERVICE_NUMBER} if layer.providerType() == 'OAPIF' else {FILE_NUMBER}
    return [at for at, name in enumerate(layer.fields().names()) if name.casefold() not in own]


def file_name_of(title: str) -> str:
    """The title as the name of a file: letters without accents, digits and hyphens."""
    return re.sub(r'[^a-z0-9]+', '-', plain(title)).strip('-')[:LONGEST_NAME] or 'layer'
