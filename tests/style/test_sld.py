"""SLD as the standards order it: no package ships their schemas, so what they say of our elements stands here."""

from typing import Any
from xml.etree.ElementTree import Element, fromstring

from dothi.cartography.style.coverage_styles import coverage_sld
from dothi.cartography.style.drawing import drawing_of
from dothi.cartography.style.layer_styles import styles_of
from dothi.cartography.style.sld import sld_of
from dothi.cartography.style.style_file import Part, StyleFile
from dothi.core.locality import Locality

PREFIXES = {'http://www.opengis.net/sld': '', 'http://www.opengis.net/se': 'se:', 'http://www.opengis.net/ogc': 'ogc:'}
# Of each element its children in the order of the schemas: SLD 1.1.0 (05-078r4), SE 1.1.0 (05-077r4).
ORDER = {
    'StyledLayerDescriptor': 'NamedLayer',
    'NamedLayer': 'se:Name se:Description UserStyle',
    'UserStyle': 'se:Name se:Description IsDefault se:FeatureTypeStyle se:CoverageStyle',
    'se:Description': 'se:Title se:Abstract',
    'se:FeatureTypeStyle': 'se:Name se:Description se:FeatureTypeName se:Rule',
    'se:CoverageStyle': 'se:Name se:Description se:CoverageName se:Rule',
    'se:Rule': (
        'se:Name se:Description se:LegendGraphic ogc:Filter se:ElseFilter se:MinScaleDenominator '
        'se:MaxScaleDenominator se:LineSymbolizer se:PolygonSymbolizer se:PointSymbolizer se:TextSymbolizer '
        'se:RasterSymbolizer'
    ),
    'se:LineSymbolizer': 'se:Geometry se:Stroke se:PerpendicularOffset',
    'se:PolygonSymbolizer': 'se:Geometry se:Fill se:Stroke se:Displacement',
    'se:PointSymbolizer': 'se:Geometry se:Graphic',
    'se:TextSymbolizer': 'se:Geometry se:Label se:Font se:LabelPlacement se:Halo se:Fill',
    'se:RasterSymbolizer': (
        'se:Geometry se:Opacity se:ChannelSelection se:OverlapBehavior se:ColorMap se:ContrastEnhancement '
        'se:ShadedRelief se:ImageOutline'
    ),
    'se:Graphic': 'se:ExternalGraphic se:Mark se:Opacity se:Size se:Rotation se:AnchorPoint se:Displacement',
    'se:ExternalGraphic': 'se:InlineContent se:Format',
    'se:Mark': 'se:WellKnownName se:Fill se:Stroke',
    'se:Halo': 'se:Radius se:Fill',
    'se:LinePlacement': 'se:PerpendicularOffset se:IsRepeated se:InitialGap se:Gap se:IsAligned se:GeneralizeLine',
    'se:Interpolate': 'se:LookupValue se:InterpolationPoint',
    'se:InterpolationPoint': 'se:Data se:Value',
    'se:ShadedRelief': 'se:BrightnessOnly se:ReliefFactor',
}


def name(element: Element) -> str:
    namespace, _, local = element.tag[1:].partition('}')
    return PREFIXES[namespace] + local


def out_of_order(text: str) -> list[tuple[str, list[str]]]:
    """The elements whose children are not those of the standards, in their order."""
    found = []
    for element in fromstring(text.encode()).iter():
        allowed, children = ORDER.get(name(element)), [name(child) for child in element]
        if allowed is not None:
            known = allowed.split()
            places = [known.index(child) if child in known else -1 for child in children]
            if -1 in places or places != sorted(places):
                found.append((name(element), children))
    return found


def limits(_part: Part) -> list[float]:
    return [1.0]


def test_every_style_of_the_locality_keeps_the_order_of_the_standard(locality: Locality) -> None:
    for layer in locality.layers.values():
        styles = styles_of(layer, locality.path)
        for style in styles.styles:
            drawing = drawing_of(layer, styles, style, 'internal', limits)
            assert out_of_order(sld_of(drawing, 20.0)) == [], (layer.id, style)
    for coverage in locality.coverages.values():
        assert out_of_order(coverage_sld(coverage)) == [], coverage.id


def test_what_the_rules_leave_is_said_in_full_with_what_has_no_value(locality: Locality) -> None:
    """`ElseFilter` would take what is outside the pass, and NOT of nothing is nothing to most readers."""
    part: dict[str, Any] = {
        'kind': 'marker', 'marker': 'school', 'color': '#00f', 'where': {'code': ['1', '2']},
        'by': {'column': 'level', 'values': {'primary': '#f00'}}, 'zooms': [10, 12], 'size': {10: 8, 12: 16},
    }  # fmt: skip
    label = {'kind': 'label', 'text': 'name', 'color': '#000', 'halo': '#fff', 'along': 'line'}
    layer = locality.layers['schools']
    styles = StyleFile.model_validate({'styles': {'default': {'parts': [part, label]}}})
    text = sld_of(drawing_of(layer, styles, 'default', 'public', lambda _: []), 0.0, 'en')
    assert out_of_order(text) == []
    within = (
        '<ogc:Or><ogc:PropertyIsEqualTo><ogc:PropertyName>code</ogc:PropertyName><ogc:Literal>1</ogc:Literal>'
        '</ogc:PropertyIsEqualTo><ogc:PropertyIsEqualTo><ogc:PropertyName>code</ogc:PropertyName><ogc:Literal>2'
        '</ogc:Literal></ogc:PropertyIsEqualTo></ogc:Or>'
    )
    level = '<ogc:PropertyName>level</ogc:PropertyName>'
    left = (
        f'<ogc:Filter><ogc:And>{within}<ogc:Or><ogc:PropertyIsNull>{level}</ogc:PropertyIsNull><ogc:Not>'
        f'<ogc:PropertyIsEqualTo>{level}<ogc:Literal>primary</ogc:Literal></ogc:PropertyIsEqualTo></ogc:Not></ogc:Or>'
        '</ogc:And></ogc:Filter>'
    )
    # two bands of scales, from zoom 10 to 11 and to 12: of 279,541,132 at zoom 0, half at each next one
    bands = [(136_495, 272_989), (68_247, 136_495)]
    for low, high in bands:
        limits = (
            f'<se:MinScaleDenominator>{low}</se:MinScaleDenominator><se:MaxScaleDenominator>{high}</'
            'se:MaxScaleDenominator>'
        )
        assert left + limits in text
    assert text.count('<se:Rule>') == 2 * 2 + 1
    assert 'Primary</se:Title><se:Abstract>' in text
    assert '<se:IsAligned>true</se:IsAligned></se:LinePlacement>' in text
