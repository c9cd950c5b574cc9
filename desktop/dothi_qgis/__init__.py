"""The plugin of Đô Thị for QGIS: layers with their styles, deliveries, conflicts, the past, analyses in Processing."""

from typing import Any


def classFactory(iface: Any) -> Any:  # noqa: N802  # QGIS looks for this name
    """The plugin, for QGIS."""
    from dothi_qgis.plugin import DothiPlugin

    return DothiPlugin(iface)
