"""pygeoapi's configuration: `pygeoapi-config.yml` by hand, the collections from layer files and catalogue."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import psycopg2
import yaml

from dothi.api.http.address import listening_url
from dothi.api.http.served_crs import served_crs, uri_of
from dothi.core.catalog import Release, current_releases, generation
from dothi.core.database import READERS, NoDatabase, connection
from dothi.core.layer import Audience, Column, Layer
from dothi.core.limit_settings import LimitSettings
from dothi.core.locality import Locality
from dothi.core.locality_file import Loader
from dothi.core.own_layers import served_locality
from dothi.core.settings import PROJECT
from dothi.core.text import DEMO, LANGUAGES, Text

FILE = PROJECT / 'pygeoapi-config.yml'
TEMPLATES = Path(__file__).parent / 'templates'
FREE_LICENCES = {'CC-BY-4.0': 'https://creativecommons.org/licenses/by/4.0/'}


def render_config(audience: Audience) -> dict[str, Any]:
    """The configuration of the service for `audience`, as pygeoapi reads it.

    Without a database it has no collections: the service then starts, and says in /health what is missing.
    """
    locality = served_locality()
    return render_with(locality, audience, listening_url(audience), releases_now(audience))


def render_with(locality: Locality, audience: Audience, url: str, releases: dict[str, Release]) -> dict[str, Any]:
    """pygeoapi's configuration as `render_config` makes it, from releases that were read already."""
    config: dict[str, Any] = yaml.load(FILE.read_text(encoding='utf-8'), Loader)  # noqa: S506 (it is a safe one)
    limits = LimitSettings()
    config['server'] |= {
        'url': f'{url}/api',
        'languages': list(LANGUAGES),
        'limits': {'default_items': limits.default_items, 'max_items': limits.max_items, 'on_exceed': 'throttle'},
        'templates': {'path': str(TEMPLATES)},
    }
    config['server']['manager'] = {**config['server']['manager'], 'audience': audience}
    _name_the_place(config['metadata'], locality, url)
    config['resources'] |= collections(locality, audience, releases, url)
    return config


def generation_now(audience: Audience) -> int | None:
    """The catalogue's generation; None while the database is away or was never migrated."""
    try:
        with connection(READERS[audience]) as db:
            return generation(db)
    except (NoDatabase, psycopg2.Error):
        return None


def releases_now(audience: Audience) -> dict[str, Release]:
    """The current releases that `audience` may see; none while the database is away or was never migrated."""
    try:
        return read_releases(audience)
    except (NoDatabase, psycopg2.Error):
        return {}


def read_releases(audience: Audience) -> dict[str, Release]:
    """The current releases that `audience` may see. Raises NoDatabase."""
    with connection(READERS[audience]) as db:
        return current_releases(db)


def collections(
    locality: Locality, audience: Audience, releases: dict[str, Release], url: str
) -> dict[str, dict[str, Any]]:
    """pygeoapi's resource for each layer that has a release; titles and texts as {vi, en}."""
    layers = locality.layers_for(audience)
    return {
        name: _collection_config(layer, locality, audience, releases[name], url)
        for name, layer in layers.items()
        if name in releases
    }


def _collection_config(
    layer: Layer, locality: Locality, audience: Audience, release: Release, url: str
) -> dict[str, Any]:
    demo = release.demo
    return {
        'type': 'collection',
        'title': _with_suffix(layer.title, ' ({})', demo),
        'description': _with_suffix(layer.description, ' {}.', demo),
        'keywords': _keywords_config(locality.theme_title(layer.theme), demo),
        'links': _links_config(layer, locality, url),
        # pygeoapi wants one; that of the release is in what we answer (dothi/api/common/collection_document.py)
        'extents': {'spatial': {'bbox': list(locality.place.extent_wgs84), 'crs': uri_of('OGC:CRS84')}},
        'providers': [_features_config(layer, locality, audience)],
    }


def _with_suffix(text: Text, form: str, demo: bool) -> dict[str, str]:
    suffix = {lang: form.format(DEMO.pick(lang)) if demo else '' for lang in LANGUAGES}
    return {lang: text.pick(lang) + suffix[lang] for lang in LANGUAGES}


def _keywords_config(theme: Text, demo: bool) -> dict[str, list[str]]:
    marks = {lang: [DEMO.pick(lang).lower()] if demo else [] for lang in LANGUAGES}
    return {lang: [theme.pick(lang), *marks[lang]] for lang in LANGUAGES}


def _links_config(layer: Layer, locality: Locality, url: str) -> list[dict[str, Any]]:
    agency = locality.agencies[layer.agency]
    tilejson = f'{url}/api/collections/{layer.id}/tiles/WebMercatorQuad/metadata?f=tilejson'
    links: list[dict[str, Any]] = [
        {'type': 'application/json', 'rel': 'describedby', 'title': 'TileJSON', 'href': tilejson},
        {'type': 'text/html', 'rel': 'publisher', 'title': agency.title.model_dump(), 'href': url},
    ]
    if layer.licence in FREE_LICENCES:
        licence = {'type': 'text/html', 'rel': 'license', 'title': layer.licence, 'href': FREE_LICENCES[layer.licence]}
        links.append(licence)
    return links


def _features_config(layer: Layer, locality: Locality, audience: Audience) -> dict[str, Any]:
    return {
        'type': 'feature',
        'name': 'dothi.api.providers.LayerFeatures',
        'data': layer.id,
        'id_field': 'id',
        'crs': list(served_crs(locality)),
        'storage_crs': uri_of(locality.place.crs),
        'options': {'columns': {name: _field_config(column) for name, column in layer.columns_for(audience).items()}},
    }


def _field_config(column: Column) -> dict[str, str]:
    times = {'date': 'date', 'timestamp': 'date-time'}
    if column.type in times:
        return {'type': 'string', 'format': times[column.type]}
    return {'type': {'text': 'string'}.get(column.type, column.type)}


def _name_the_place(metadata: dict[str, Any], locality: Locality, url: str) -> None:
    """Puts the locality's names where the file by hand, which knows no place, leaves them open."""
    place = locality.place
    title = deepcopy(metadata['identification']['title'])
    metadata['identification'] |= {
        'title': {lang: f'{title[lang]} – {place.title.pick(lang)}' for lang in LANGUAGES},
        'url': url,
    }
    metadata['provider'] = {'name': place.attribution.model_dump(), 'url': url}
