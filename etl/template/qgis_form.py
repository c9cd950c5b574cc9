"""The form of a template in QGIS, as a style document (QML)."""

from xml.etree import ElementTree as ET

from dothi.cartography.style.qgis_form import LayerForm, form_elements
from etl.template.content import Template


def form(template: Template, names: dict[str, str]) -> str:
    """The QML: of each column the widget, the title with its unit, and what it must hold. names: in the file."""
    root = ET.Element('qgis', {'version': '3.40', 'styleCategories': 'Fields|Forms'})
    layer_form = LayerForm(
        template.columns, template.lang, template.layer.key, template.units, names, hidden=(), unique=True
    )
    root.extend(form_elements(layer_form))
    return ET.tostring(root, encoding='unicode')
