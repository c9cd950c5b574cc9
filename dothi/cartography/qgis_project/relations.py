"""Which layers of a project belong together: a commune and its offices, a pipe and its valves."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement

from dothi.cartography.qgis_project.contents import ProjectContents, ProjectLayer


def relations(contents: ProjectContents) -> Element:
    """A relation for each column that holds the code of a unit or the key of a feature of another layer."""
    made = Element('relations')
    for layer in contents.layers:
        for name, target in _references(contents, layer):
            attributes = {
                'id': f'{layer.id}_{name}',
                'name': f'{layer.title} ({layer.form.heading(name)})',
                'referencingLayer': layer.id,
                'referencedLayer': target.id,
                'strength': 'Association',
            }
            relation = SubElement(made, 'relation', attributes)
            fields = {
                'referencingField': layer.form.field_name(name),
                'referencedField': target.form.field_name(target.layer.identifier),
            }
            SubElement(relation, 'fieldRef', fields)
    return made


def _references(contents: ProjectContents, layer: ProjectLayer) -> Iterator[tuple[str, ProjectLayer]]:
    for name, column in layer.form.columns.items():
        target = contents.layer_with_id(column.unit_layer or column.feature_layer or '')
        if target is not None and target is not layer:
            yield name, target
