"""A drawing as a QML, the style of QGIS (3.34 and later): what staff see in a layer is what the portal shows.

Each pass is a rule with those of its colours below it, and the passes are levels of the symbols, so that all casings
lie below all lines. Sizes follow the scale of the map as they follow the zoom on the web.
"""

import uuid
from xml.etree.ElementTree import Element, SubElement, tostring

from dothi.cartography.style import conditions
from dothi.cartography.style.drawing import Drawing, Pass
from dothi.cartography.style.legend import legend_of
from dothi.cartography.style.qgis_expressions import expression, scale_of
from dothi.cartography.style.qgis_form import LayerForm, form_elements
from dothi.cartography.style.qml_labels import obstacles, settings
from dothi.cartography.style.qml_symbols import DrawnRule, casing_of, symbol
from dothi.core.text import Lang, Text

# The oldest QGIS for which this is written: it warns of problems with what a newer one has saved.
VERSION = '3.34.0-Prizren'
DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
CATEGORIES = 'Symbology|Labeling|Fields|Forms|AttributeTable|Rendering'
OTHERS = Text(vi='Khác', en='Other')


def qml_of(drawing: Drawing, latitude: float, form: LayerForm) -> str:
    """The QML of a drawing with the form of its columns; the words of its legend are in the form's language.

    latitude: of the middle of the locality, where a zoom of the style becomes a scale of QGIS. What stands for several
    features (`merged: true`) is left out: QGIS draws the features themselves.
    """
    made = Element('qgis', {'version': VERSION, 'styleCategories': CATEGORIES, 'labelsEnabled': '1'})
    made.extend(style_elements(drawing, latitude, form))
    return DOCTYPE + tostring(made, encoding='unicode')


def style_elements(drawing: Drawing, latitude: float, form: LayerForm) -> list[Element]:
    """How a layer is drawn and filled in, as parts of a QML or of a layer in a project."""
    made = [_renderer(drawing, latitude, form.lang), _labeling(drawing, latitude)]
    for name, value in (('blendMode', '0'), ('featureBlendMode', '0'), ('layerOpacity', '1')):
        part = Element(name)
        part.text = value
        made.append(part)
    return made + form_elements(form)


def _renderer(drawing: Drawing, latitude: float, lang: Lang) -> Element:
    if drawing.is_of_names:
        return Element('renderer-v2', {'type': 'nullSymbol'})
    made = Element('renderer-v2', {'type': 'RuleRenderer', 'symbollevels': '1', 'forceraster': '0'})
    rules = SubElement(made, 'rules', {'key': _key(drawing, 'rules')})
    symbols = SubElement(made, 'symbols')
    titles = {id(rule): entry.label.pick(lang) for entry in legend_of(drawing) for rule in (entry.drawn[1],)}
    for number, layer_pass in enumerate(drawing.passes):
        if layer_pass.kind != 'label' and not layer_pass.casing and not layer_pass.part.merged:
            drawn_rules = [DrawnRule(number, layer_pass, rule, latitude) for rule in layer_pass.rules]
            rules.append(_pass(drawing, drawn_rules, symbols, titles, lang))
    return made


def _pass(
    drawing: Drawing, drawn_rules: list[DrawnRule], symbols: Element, titles: dict[int, str], lang: Lang
) -> Element:
    """The rule of a pass: with a symbol of its own, or with a rule for each of its colours below it."""
    first = drawn_rules[0]
    made = _rule(drawing, first.draw_pass, first.latitude, str(first.number))
    if len(drawn_rules) == 1:
        _draw(made, drawing, first, symbols, titles.get(id(first.rule), ''))
        return made
    for number, drawn in enumerate(drawn_rules):
        is_last = number == len(drawn_rules) - 1
        if is_last and drawn.unseen:
            continue
        condition = conditions.apart_from(drawn.rule.condition or {}, first.draw_pass.part.condition)
        rule = SubElement(made, 'rule', {'key': _key(drawing, f'{first.number}/{number}')})
        rule.set('filter', 'ELSE' if is_last else expression(condition))
        _draw(rule, drawing, drawn, symbols, titles.get(id(drawn.rule), OTHERS.pick(lang) if is_last else ''))
    return made


def _draw(rule: Element, drawing: Drawing, drawn_rule: DrawnRule, symbols: Element, title: str) -> None:
    name = str(len(symbols))
    rule.set('symbol', name)
    rule.set('label', title)
    casing = casing_of(drawn_rule, drawing.passes)
    symbols.append(symbol(name, drawing.layer.geometry, [casing, drawn_rule] if casing else [drawn_rule]))


def _labeling(drawing: Drawing, latitude: float) -> Element:
    made = Element('labeling', {'type': 'rule-based'})
    rules = SubElement(made, 'rules', {'key': _key(drawing, 'labels')})
    for number, layer_pass in enumerate(drawing.passes):
        if layer_pass.kind == 'label' and not layer_pass.part.merged:
            rule = _rule(drawing, layer_pass, latitude, f'label/{number}')
            rule.append(settings(layer_pass, drawing.layer.geometry, latitude))
            rules.append(rule)
        if layer_pass.kind == 'marker' and not layer_pass.part.merged:
            rule = _rule(drawing, layer_pass, latitude, f'sign/{number}')
            rule.append(obstacles())
            rules.append(rule)
    return made


def _rule(drawing: Drawing, draw_pass: Pass, latitude: float, name: str) -> Element:
    """A rule for the features and the scales of a pass."""
    made = Element('rule', {'key': _key(drawing, name)})
    if draw_pass.part.condition:
        made.set('filter', expression(draw_pass.part.condition))
    if draw_pass.part.zooms:
        least, most = (f'{scale_of(zoom, latitude):.0f}' for zoom in draw_pass.part.zooms)
        made.set('scalemaxdenom', least)
        made.set('scalemindenom', most)
    return made


def _key(drawing: Drawing, name: str) -> str:
    """A key that stays, so that two versions of a style can be compared."""
    return f'{{{uuid.uuid5(uuid.NAMESPACE_OID, f"{drawing.layer.id}/{drawing.id}/{name}")}}}'
