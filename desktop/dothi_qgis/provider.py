"""The analyses of the service in the toolbox of Processing."""

from qgis.core import Qgis, QgsMessageLog, QgsProcessingProvider

from dothi_qgis.analysis import Analysis
from dothi_qgis.connection import current_connection
from dothi_qgis.form_fields import can_be_filled_in, form_fields
from dothi_qgis.service import ServiceError, read_promptly


class DothiProvider(QgsProcessingProvider):
    """Every analysis that whoever is connected may run; none before the first connection."""

    def id(self) -> str:
        return 'dothi'

    def name(self) -> str:
        return 'Đô Thị'

    def loadAlgorithms(self) -> None:  # noqa: N802  # QGIS calls this name
        """Asks the service what it offers; where it does not answer the toolbox is empty, and the log says why."""
        connection = current_connection()
        if connection is None:
            return
        try:
            for listed in read_promptly(connection, '/processes')['processes']:
                description = read_promptly(connection, f'/processes/{listed["id"]}')
                if can_be_filled_in(form_fields(description)):
                    self.addAlgorithm(Analysis(connection, description))
        except ServiceError as error:
            QgsMessageLog.logMessage(str(error), 'Đô Thị', Qgis.Warning)
