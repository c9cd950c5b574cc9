"""Legends: where that of each style is, how large, and what GetLegendGraphic answers."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response

from dothi.api.http.caching import hash_of, not_modified
from dothi.api.http.language import JSON, language, say
from dothi.api.http.parsers import NUMBER
from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot
from dothi.api.http.vary import vary_by
from dothi.api.maps.edition import software_versions
from dothi.api.ows.address import service_url
from dothi.api.ows.contents import Group, Leaf, leaves_in_style
from dothi.api.ows.errors import InvalidParameterValue, bad_value
from dothi.api.ows.frame import pixel_ratio
from dothi.api.ows.parameters import OwsParameters
from dothi.api.styles.drawings import drawing
from dothi.cartography.mapping.legend_image import legend_image, legend_size
from dothi.cartography.mapping.legend_samples import Legendary, samples_of
from dothi.cartography.style.zoom import PIXEL_M, zoom_of
from dothi.core.coverage import Coverage


@dataclass(frozen=True)
class Legend:
    """What a legend explains, topmost first. heading: whether each layer is named above its lines."""

    entries: tuple[Legendary, ...]
    heading: bool


def legend_now(db: Snapshot, target: Leaf | Group, style: str) -> Legend:
    """The legend of a layer or group in a style, with the classes of the current releases."""
    leaves = leaves_in_style(target, style)[::-1]
    return Legend(tuple(_legend_entry(db, leaf, own) for leaf, own in leaves), isinstance(target, Group))


def styles_with_legends(db: Snapshot, target: Leaf | Group) -> list[dict[str, Any]]:
    """Name and title of each style, with the address and the size of its legend."""
    return [
        {'name': name, 'title': say(title), 'legend': _legend_link(legend_now(db, target, name), target, name)}
        for name, title in target.styles.items()
    ]


def legend_answer(legend: Legend, parameters: OwsParameters, form: str) -> Response:
    """The legend as a picture, or as JSON, unless the client has it; SCALE leaves what is drawn there."""
    zoom, ratio = _legend_zoom(parameters), pixel_ratio(parameters)
    tag = hash_of(software_versions(), repr(legend), language(), form, repr((zoom, ratio)))
    if not_modified(tag):
        response = Response(status=304)
    elif form == JSON:
        response = Response(json.dumps(_legend_document(legend, zoom), ensure_ascii=False), mimetype=JSON)
    else:
        picture = legend_image(legend.entries, language(), ratio, zoom, heading=legend.heading)
        response = Response(picture, mimetype=form)
    response.set_etag(tag, weak=True)
    response.headers['Cache-Control'] = 'no-cache'
    response.headers['Content-Language'] = language()
    vary_by(response, 'Accept-Language')
    return response


def _legend_entry(db: Snapshot, leaf: Leaf, style: str) -> Legendary:
    return leaf.data if isinstance(leaf.data, Coverage) else drawing(db, leaf.data, style, leaf.release.number)[1]


def _legend_link(legend: Legend, target: Leaf | Group, style: str) -> dict[str, Any]:
    width, height = legend_size(legend.entries, language(), heading=legend.heading)
    query = {'service': 'WMS', 'request': 'GetLegendGraphic', 'version': '1.3.0', 'format': 'image/png'}
    query |= {'layer': target.name, 'style': style}
    return {'href': f'{service_url()}{urlencode(query)}', 'width': round(width), 'height': round(height)}


def _legend_document(legend: Legend, zoom: float | None) -> dict[str, Any]:
    return {
        'layers': [
            {
                'title': say(entry.title if isinstance(entry, Coverage) else entry.layer.title),
                'entries': [
                    {'label': say(sample.label), 'color': sample.passes[-1].rules[0].colour.css}
                    for sample in samples_of(entry, zoom)
                ],
            }
            for entry in legend.entries
        ]
    }


def _legend_zoom(parameters: OwsParameters) -> float | None:
    """The zoom of SCALE, a denominator with the standard's pixel; None where it is left out."""
    text = parameters.text('SCALE')
    if not text:
        return None
    if not NUMBER.fullmatch(text) or not 1 <= float(text) <= 1e10:
        raise bad_value(
            InvalidParameterValue,
            'SCALE',
            text,
            'phải là mẫu số tỷ lệ, ví dụ 25000.',
            'must be the denominator of a scale, such as 25000.',
        )
    return zoom_of(float(text) * PIXEL_M, service().locality.place.centre_wgs84[1])
