"""The plugin's own words in Vietnamese and English; what analyses and layers are called comes from the service."""

from qgis.core import QgsApplication


def language() -> str:
    """`vi` or `en`: Vietnamese unless QGIS speaks English."""
    return 'en' if QgsApplication.locale().startswith('en') else 'vi'


def say(vi: str, en: str) -> str:
    """The text in the language of QGIS."""
    return en if language() == 'en' else vi
