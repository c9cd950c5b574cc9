"""A drawing as Styled Layer Descriptor 1.1.0 (OGC 05-078r4), for GeoServer, MapServer, QGIS, ArcGIS and others.

Each pass is a FeatureTypeStyle, drawn above the one before it. A width that follows the zoom becomes a few bands of
scales, each with the width in its middle. The last rule of a pass says in full what the others leave: `ElseFilter`
would take what lies outside the pass too, and QGIS puts all passes into one.
"""

from collections.abc import Iterator
from itertools import pairwise
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from dothi.cartography.style import conditions
from dothi.cartography.style.conditions import Condition
from dothi.cartography.style.drawing import Drawing, Pass
from dothi.cartography.style.sizes import sign_radius, size_of
from dothi.cartography.style.sld_filter import OGC, filter_of
from dothi.cartography.style.sld_symbols import SE, RuleView, inside, symbolizer, unseen_symbolizer
from dothi.cartography.style.zoom import scale_denominator
from dothi.core.text import Lang, Text

SLD = 'http://www.opengis.net/sld'
XSI = 'http://www.w3.org/2001/XMLSchema-instance'
SCHEMA = f'{SLD} http://schemas.opengis.net/sld/1.1.0/StyledLayerDescriptor.xsd'
# Between the first and the last stop of a width.
MOST_BANDS = 4

type Zooms = tuple[float | None, float | None]


def sld_of(drawing: Drawing, latitude: float, lang: Lang = 'vi') -> str:
    """The SLD of a drawing. Titles are in `lang`, and the abstract of each is the same in the other language.

    latitude: of the middle of the locality, where a zoom of the style becomes a scale. What stands for several features
    (`merged: true`) is left out, for an SLD draws the features themselves.
    """
    made = document(drawing.layer.id, drawing.layer.title, lang)
    style = SubElement(made[0], f'{{{SLD}}}UserStyle')
    inside(style, 'Name', drawing.id)
    describe(style, drawing.title, lang)
    SubElement(style, f'{{{SLD}}}IsDefault').text = 'true' if drawing.id == 'default' else 'false'
    if drawing.is_of_names:
        style.append(_unseen(drawing.layer.geometry))
    for number, layer_pass in enumerate(drawing.passes):
        feature_type_style = _feature_type_style(drawing, number, latitude, lang)
        if not layer_pass.part.merged and feature_type_style.find(f'{{{SE}}}Rule') is not None:
            style.append(feature_type_style)
    return written(made)


def document(name: str, title: Text, lang: Lang) -> Element:
    """An SLD of one named layer, as yet without a style."""
    made = Element(f'{{{SLD}}}StyledLayerDescriptor', {'version': '1.1.0', f'{{{XSI}}}schemaLocation': SCHEMA})
    layer = SubElement(made, f'{{{SLD}}}NamedLayer')
    inside(layer, 'Name', name)
    describe(layer, title, lang)
    return made


def describe(parent: Element, title: Text, lang: Lang) -> None:
    """A title, and the same in the other language for who reads that."""
    made = inside(parent, 'Description')
    inside(made, 'Title', title.pick(lang))
    inside(made, 'Abstract', title.pick('en' if lang == 'vi' else 'vi'))


def written(made: Element) -> str:
    """The document as text, under the prefixes that readers without an eye for namespaces know."""
    for prefix, namespace in {'': SLD, 'se': SE, 'ogc': OGC, 'xsi': XSI}.items():
        register_namespace(prefix, namespace)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(made, encoding='unicode')


def _feature_type_style(drawing: Drawing, number: int, latitude: float, lang: Lang) -> Element:
    layer_pass = drawing.passes[number]
    made = Element(f'{{{SE}}}FeatureTypeStyle')
    inside(made, 'Name', f'{number}')
    for place, rule in enumerate(layer_pass.rules):
        condition = _condition(layer_pass, place)
        for band, (zooms, middle) in enumerate(_bands(layer_pass)):
            sign_px = sign_radius(drawing, layer_pass, middle)
            symbol_view = RuleView(layer_pass, rule, middle, drawing.layer.geometry, sign_px)
            if not symbol_view.unseen:
                written_rule = inside(made, 'Rule')
                inside(written_rule, 'Name', f'{number}-{place}-{band}')
                if rule.title:
                    describe(written_rule, rule.title, lang)
                _limit(written_rule, condition, zooms, latitude)
                written_rule.append(symbolizer(symbol_view))
    return made


def _unseen(geometry: str) -> Element:
    made = Element(f'{{{SE}}}FeatureTypeStyle')
    inside(made, 'Rule').append(unseen_symbolizer(geometry))
    return made


def _limit(rule: Element, condition: Condition | None, zooms: Zooms, latitude: float) -> None:
    """Which features and which scales a rule is for, in the order of the standard."""
    if condition:
        rule.append(filter_of(condition))
    # whole numbers: QGIS 3.40 takes a denominator with a fraction for none at all
    least, most = zooms
    if most is not None:
        inside(rule, 'MinScaleDenominator', f'{scale_denominator(most, latitude):.0f}')
    if least is not None:
        inside(rule, 'MaxScaleDenominator', f'{scale_denominator(least, latitude):.0f}')


def _condition(draw_pass: Pass, place: int) -> Condition | None:
    """The features of a rule: of the last one of several, those that the others leave."""
    condition, earlier_rules = draw_pass.rules[place].condition, draw_pass.rules[:place]
    if not earlier_rules or condition != draw_pass.part.condition:
        return condition
    earlier_conditions = [
        conditions.apart_from(other.condition, condition) for other in earlier_rules if other.condition
    ]
    any_ = earlier_conditions[0] if len(earlier_conditions) == 1 else {'op': 'or', 'args': earlier_conditions}
    # a comparison with no value is neither true nor false to many a client, and so is its contrary
    column = (draw_pass.part.by or draw_pass.part.classes).column  # type: ignore[union-attr]
    left = {'op': 'or', 'args': [{'op': 'isNull', 'args': [{'property': column}]}, {'op': 'not', 'args': [any_]}]}
    return conditions.all_of([*([condition] if condition else []), left])


def _bands(draw_pass: Pass) -> Iterator[tuple[Zooms, float]]:
    """The zooms between which the sizes of a pass are taken for one, and the zoom whose sizes they are."""
    least, most = draw_pass.part.zooms or (None, None)
    edges = [zoom for zoom in _edges(draw_pass) if (least is None or zoom > least) and (most is None or zoom < most)]
    limits = [least, *edges, most]
    for low, high in pairwise(limits):
        zoom_limits = [zoom for zoom in (low, high) if zoom is not None]
        yield (low, high), sum(zoom_limits) / len(zoom_limits) if zoom_limits else 0.0


def _edges(draw_pass: Pass) -> list[float]:
    """The zooms at which one band of scales ends and the next begins; none where no size follows the zoom."""
    sizes = [draw_pass.width] if draw_pass.kind in {'line', 'marker'} else []
    sizes += [size_of(draw_pass.part)] if draw_pass.kind in {'marker', 'label'} else []
    stops = sorted({zoom for size in sizes if isinstance(size, dict) for zoom in size})
    if len(stops) < 2:
        return []
    count = min(MOST_BANDS, max(round(stops[-1] - stops[0]), 1))
    step = (stops[-1] - stops[0]) / count
    return [stops[0] + step * number for number in range(count + 1)]
