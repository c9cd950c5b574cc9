"""What GetFeatureInfo found, as GeoJSON, as text and as a page."""

import json
import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from flask import Response

from dothi.api.http.address import api_url
from dothi.api.http.caching import hash_of, not_modified
from dothi.api.http.language import language, say
from dothi.api.http.vary import vary_by
from dothi.api.ows.feature_info import FeatureInfoSection
from dothi.api.ows.templates import render_xml_template
from dothi.core.layer import Column
from dothi.core.text import Text
from dothi.core.units import unit_words

# Without it QGIS takes the coordinates to be in the system of the map.
CRS84 = {'type': 'name', 'properties': {'name': 'urn:ogc:def:crs:OGC:1.3:CRS84'}}
YES, NO = Text(vi='có', en='yes'), Text(vi='không', en='no')
NOTHING = Text(vi='Không có đối tượng nào ở đây.', en='There is nothing here.')


def info_answer(sections: list[FeatureInfoSection], media_type: str) -> Response:
    """The answer in one of INFO_FORMATS."""
    body = INFO_FORMATS[media_type](sections)
    tag = hash_of(media_type, body)
    response = Response(status=304) if not_modified(tag) else Response(body, mimetype=media_type)
    response.set_etag(tag, weak=True)
    response.headers['Cache-Control'] = 'no-cache'
    response.headers['Content-Language'] = language()
    vary_by(response, 'Accept-Language')
    return response


def _write_geojson(sections: list[FeatureInfoSection]) -> str:
    features = [_feature_of_row(section, row) for section in sections for row in section.rows]
    document = {'type': 'FeatureCollection', 'crs': CRS84, 'features': features, 'numberReturned': len(features)}
    return json.dumps(document, ensure_ascii=False, default=_iso_text)


def _feature_of_row(section: FeatureInfoSection, row: tuple[Any, ...]) -> dict[str, Any]:
    """Its id names the layer, too: ids of several layers may be the same numbers."""
    number, *values, geometry = row
    return {
        'type': 'Feature',
        'id': section.name if number is None else f'{section.name}.{number}',
        'geometry': json.loads(geometry) if geometry else None,
        'properties': {name: _finite_or_none(value) for name, value in zip(section.columns, values, strict=True)},
    }


def _write_text(sections: list[FeatureInfoSection]) -> str:
    blocks = []
    for section in sections:
        for _, pairs in _list_features(section):
            blocks.append('\n'.join([say(section.title), *(f'  {title}: {value}' for title, value in pairs)]))
    return '\n\n'.join(blocks or [say(NOTHING)]) + '\n'


def _write_page(sections: list[FeatureInfoSection]) -> str:
    layers = [
        {
            'title': say(section.title),
            'features': [
                {'href': f'{_feature_address(section.name, number)}?f=html', 'pairs': pairs}
                for number, pairs in _list_features(section)
            ],
        }
        for section in sections
        if section.rows
    ]
    return render_xml_template('feature_info.html', layers=layers, nothing=say(NOTHING), lang=language())


def _feature_address(name: str, number: int | None) -> str:
    """The address of the feature in OGC API - Features."""
    return f'{api_url()}/collections/{name}' + ('' if number is None else f'/items/{number}')


def _list_features(section: FeatureInfoSection) -> list[tuple[int | None, list[tuple[str, str]]]]:
    """Each feature's number, with the titles and values of its columns as a reader has them."""
    columns = section.columns.values()
    return [
        (
            number,
            [
                (say(column.title), _value_in_words(column, value))
                for column, value in zip(columns, values, strict=True)
            ],
        )
        for number, *values, _ in section.rows
    ]


def _value_in_words(column: Column, value: Any) -> str:
    """A value in words: what the domain calls it, yes or no, with the column's unit."""
    if value is None:
        return ''
    if isinstance(value, bool):
        return say(YES if value else NO)
    if column.domain and str(value) in column.domain:
        return say(column.domain[str(value)])
    text = _iso_text(value) if isinstance(value, date) else f'{value:.15g}' if isinstance(value, float) else str(value)
    return f'{text} {unit_words(column.unit, language(), of_one=value == 1)}' if column.unit else text


def _finite_or_none(value: Any) -> Any:
    """The value, or None for NaN and infinity, which JSON cannot write."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _iso_text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace('+00:00', 'Z')
    return str(value)


INFO_FORMATS: dict[str, Callable[[list[FeatureInfoSection]], str]] = {
    'text/html': _write_page,
    'text/plain': _write_text,
    'application/json': _write_geojson,
    'application/geo+json': _write_geojson,
}
