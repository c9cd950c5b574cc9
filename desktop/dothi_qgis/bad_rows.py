"""Rows of a delivery that have faults, as layers of the project, with the reason of each."""

from pathlib import Path

from qgis.core import (
    QgsPalLayerSettings,
    QgsProcessingUtils,
    QgsProject,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)

from dothi_qgis.connection import ServiceConnection
from dothi_qgis.service import ServiceError, read_bytes
from dothi_qgis.words import language, say

# The layers of the file, by what lies in them.
TITLES = {
    'loi_diem': ('điểm', 'points'),
    'loi_duong': ('đường', 'lines'),
    'loi_vung': ('vùng', 'areas'),
    'loi_khong_vi_tri': ('không có vị trí', 'without a place'),
}
REASON = {'vi': 'ly_do', 'en': 'reason'}


def add_bad_rows(connection: ServiceConnection, number: int) -> list[QgsVectorLayer]:
    """The layers with the bad rows of a delivery, in the project; raises ServiceError, also where there are none."""
    content = read_bytes(connection, f'/deliveries/{number}/bad-rows', f='gpkg')
    # QGIS takes it away when it ends
    file = Path(QgsProcessingUtils.generateTempFilename(f'hang-loi-{number}.gpkg'))
    file.write_bytes(content)
    whole = QgsVectorLayer(str(file), 'rows', 'ogr')
    layers = [_layer(file, each.split('!!::!!')[1], number) for each in whole.dataProvider().subLayers()]
    QgsProject.instance().addMapLayers(layers)
    return layers


def _layer(file: Path, table: str, number: int) -> QgsVectorLayer:
    kind = say(*TITLES[table]) if table in TITLES else table
    title = say(f'Hàng lỗi của đợt giao {number}: {kind}', f'Bad rows of delivery {number}: {kind}')
    layer = QgsVectorLayer(f'{file}|layername={table}', title, 'ogr')
    if not layer.isValid():
        raise ServiceError(f'{title}: {layer.error().message()}')
    _name_reasons(layer)
    return layer


def _name_reasons(layer: QgsVectorLayer) -> None:
    """Titles of the columns that say what is wrong; a label and the tip of the map show the reason."""
    aliases = {
        'hang': say('Hàng', 'Row'),
        'muc_do': say('Mức độ', 'Severity'),
        'ma_loi': say('Mã lỗi', 'Code'),
        'cot': say('Cột', 'Column'),
        'gia_tri': say('Giá trị', 'Value'),
        'ly_do': say('Lý do', 'Reason (Vietnamese)'),
        'reason': say('Lý do (tiếng Anh)', 'Reason'),
    }
    for name, title in aliases.items():
        layer.setFieldAlias(layer.fields().indexOf(name), title)
    reason = REASON[language()]
    layer.setDisplayExpression(f'"hang" || \': \' || "{reason}"')
    if layer.isSpatial():
        settings = QgsPalLayerSettings()
        settings.fieldName = 'hang'
        layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))
        layer.setLabelsEnabled(True)
