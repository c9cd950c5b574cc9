"""The form of a template in QGIS: aliases, value maps, ranges, and constraints, as a style document (QML)."""

from xml.etree import ElementTree as ET

from dothi.core.layer import Column
from etl.template.content import Template

# Flags of QgsFieldConstraints, and the strength that keeps a feature from being saved.
NOT_NULL, UNIQUE, EXPRESSION = 1, 2, 4
HARD, NONE = '2', '0'


def form(template: Template, names: dict[str, str]) -> str:
    """The QML: of each column the widget, the title with its unit, and what it must hold. names: in the file."""
    root = ET.Element('qgis', {'version': '3.40', 'styleCategories': 'Fields|Forms'})
    configuration = ET.SubElement(root, 'fieldConfiguration')
    aliases, constraints = ET.SubElement(root, 'aliases'), ET.SubElement(root, 'constraints')
    expressions = ET.SubElement(root, 'constraintExpressions')
    for index, (name, column) in enumerate(template.columns.items(), 1):
        field = names[name]
        configured = ET.SubElement(configuration, 'field', {'name': field, 'configurationFlags': 'NoFlag'})
        _add_widget(ET.SubElement(configured, 'editWidget', {'type': _widget(template, column)}), template, column)
        ET.SubElement(aliases, 'alias', {'index': str(index), 'field': field, 'name': template.heading(name)})
        expression = _expression(field, column)
        ET.SubElement(constraints, 'constraint', {'field': field, **_constraint(template, name, expression)})
        ET.SubElement(expressions, 'constraint', {'field': field, 'exp': expression, 'desc': template.heading(name)})
    return ET.tostring(root, encoding='unicode')


def _constraint(template: Template, name: str, expression: str) -> dict[str, str]:
    """Which constraints a column has, and that each is a hard one."""
    layer = template.layer
    must, unique = layer.columns[name].required or name in layer.key, layer.key == [name]
    flags = NOT_NULL * must | UNIQUE * unique | EXPRESSION * bool(expression)
    return {
        'constraints': str(flags),
        'notnull_strength': HARD if must else NONE,
        'unique_strength': HARD if unique else NONE,
        'exp_strength': HARD if expression else NONE,
    }


def _widget(template: Template, column: Column) -> str:
    if column.domain or template.units.get(column.unit_layer or ''):
        return 'ValueMap'
    if column.type == 'integer':
        return 'Range'
    return {'boolean': 'CheckBox', 'date': 'DateTime', 'timestamp': 'DateTime'}.get(column.type, 'TextEdit')


def _add_widget(parent: ET.Element, template: Template, column: Column) -> None:
    options = ET.SubElement(ET.SubElement(parent, 'config'), 'Option', {'type': 'Map'})
    kind = _widget(template, column)
    if kind == 'ValueMap':
        _add_values(options, template, column)
    elif kind == 'Range':
        for key, limit in (('Min', column.min), ('Max', column.max)):
            if limit is not None:
                ET.SubElement(options, 'Option', {'name': key, 'type': 'int', 'value': f'{limit:.0f}'})
        ET.SubElement(options, 'Option', {'name': 'AllowNull', 'type': 'bool', 'value': 'true'})


def _add_values(options: ET.Element, template: Template, column: Column) -> None:
    """Titles to codes, in their order."""
    pairs = [(title.pick(template.lang), code) for code, title in (column.domain or {}).items()]
    pairs += [(f'{code} {name}', code) for code, name in template.units.get(column.unit_layer or '', [])]
    listed = ET.SubElement(options, 'Option', {'name': 'map', 'type': 'List'})
    for title, code in pairs:
        entry = ET.SubElement(listed, 'Option', {'type': 'Map'})
        ET.SubElement(entry, 'Option', {'name': title, 'type': 'QString', 'value': code})


def _expression(field: str, column: Column) -> str:
    """What QGIS checks of a number: its range; nothing without limits."""
    limits = [('>=', column.min), ('<=', column.max)]
    checks = [f'"{field}" {sign} {limit:g}' for sign, limit in limits if limit is not None]
    return f'"{field}" is null or ({" and ".join(checks)})' if checks else ''
