"""Records as GeoJSON in the form of OGC API - Records (OGC 20-004r1, clause 8)."""

from typing import Any

from dothi.api.http.address import api_url
from dothi.api.http.language import GEOJSON, HTML, ISO19115_3, ISO19139, JSON, JSONLD
from dothi.api.records.record import Contact, Entry, Group, Link, Record, Template, box_geometry
from dothi.core.text import LANGUAGES, Lang, Text

RECORD_CORE = 'http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core'
PROFILE = 'http://www.opengis.net/def/profile/OGC/0/ogc-record'
NAMES: dict[Lang, dict[str, str]] = {
    'vi': {'code': 'vi', 'name': 'Tiếng Việt', 'alternate': 'Vietnamese'},
    'en': {'code': 'en', 'name': 'English', 'alternate': 'English'},
}
# The forms of a record: name in `f`, media type, title.
FORMS: tuple[tuple[str, str, Text], ...] = (
    ('json', GEOJSON, Text(vi='Bản ghi này, GeoJSON', en='This record as GeoJSON')),
    ('html', HTML, Text(vi='Bản ghi này, trang web', en='This record as a page')),
    ('iso19139', ISO19139, Text(vi='Bản ghi này, ISO 19139', en='This record as ISO 19139')),
    ('iso19115-3', ISO19115_3, Text(vi='Bản ghi này, ISO 19115-3', en='This record as ISO 19115-3')),
    ('dcat', JSONLD, Text(vi='Bản ghi này, DCAT', en='This record as DCAT')),
)
IN_LANGUAGE = {
    'vi': Text(vi='Bản ghi này, tiếng Việt', en='This record in Vietnamese'),
    'en': Text(vi='Bản ghi này, tiếng Anh', en='This record in English'),
}
CATALOGUE = Text(vi='Danh mục dữ liệu', en='Catalogue')


def record_feature(record: Record, lang: Lang) -> dict[str, Any]:
    """The record with its texts in `lang`."""
    document = {
        'type': 'Feature',
        'id': record.id,
        'conformsTo': [RECORD_CORE],
        'time': _record_time(record),
        'geometry': box_geometry(record.extent),
        'properties': _record_properties(record, lang),
        'links': [*own_links(record.id, lang), *(link(record_link, lang) for record_link in record.links)],
    }
    return document | (
        {'linkTemplates': [_link_template(record_link, lang) for record_link in record.templates]}
        if record.templates
        else {}
    )


def _record_time(record: Record) -> dict[str, Any] | None:
    return {'interval': [*record.time], 'resolution': 'P1D'} if record.time else None


def _record_properties(record: Record, lang: Lang) -> dict[str, Any]:
    """The properties of the record; one without a value is left out."""
    properties: dict[str, Any] = {
        'type': record.type,
        'title': record.title.pick(lang),
        'description': record.description.pick(lang),
        'keywords': [keyword.pick(lang) for keyword in record.keywords],
        'language': NAMES[lang],
        'languages': [NAMES[language] for language in LANGUAGES],
        'resourceLanguages': [NAMES[language] for language in record.languages],
        'created': record.created.isoformat() if record.created else None,
        'updated': record.updated.isoformat() if record.updated else None,
        'themes': _record_themes(record),
        'externalIds': [{'scheme': scheme, 'value': value} for scheme, value in record.external_ids],
        'formats': [{'name': name, 'mediaType': media_type} for name, media_type in record.formats],
        'contacts': [_record_contact(contact, lang) for contact in record.contacts],
        'license': record.licence,
        'rights': record.rights.pick(lang) if record.rights else None,
        'agency': record.agency,
        'theme': record.theme,
        **record.facts,
        'metadataGroups': [_record_group(group, lang) for group in record.groups],
        'lineage': [*record.lineage],
    }
    return {name: value for name, value in properties.items() if value not in (None, [])}


def _record_themes(record: Record) -> list[dict[str, Any]]:
    scheme = f'{api_url()}/collections/catalogue/queryables'
    return [{'concepts': [{'id': record.theme}], 'scheme': scheme}] if record.theme else []


def _record_contact(contact: Contact, lang: Lang) -> dict[str, Any]:
    contact_ = {'organization': contact.organization.pick(lang), 'roles': [*contact.roles]}
    return contact_ | ({'position': contact.position.pick(lang)} if contact.position else {})


def _record_group(group: Group, lang: Lang) -> dict[str, Any]:
    return {
        'id': group.name,
        'title': group.title.pick(lang),
        'entries': [_group_entry(entry, lang) for entry in group.entries],
    }


def _group_entry(entry: Entry, lang: Lang) -> dict[str, Any]:
    return {'id': entry.name, 'title': entry.title.pick(lang), 'value': _plain_value(entry, lang)}


def _plain_value(entry: Entry, lang: Lang) -> str | int | float | bool:
    """The entry's value as JSON has it."""
    value = entry.value
    if isinstance(value, Text):
        return value.pick(lang)
    return value if isinstance(value, str | int | float) else value.isoformat()


def link(record_link: Link, lang: Lang) -> dict[str, str]:
    """A link of a record."""
    href = record_link.path if '://' in record_link.path else f'{api_url()}{record_link.path}'
    more = {'hreflang': record_link.language, 'protocol': record_link.protocol, 'name': record_link.name}
    return {
        'rel': record_link.rel,
        'type': record_link.media_type,
        'title': record_link.title.pick(lang),
        'href': href,
    } | {key: value for key, value in more.items() if value}


def _link_template(template: Template, lang: Lang) -> dict[str, Any]:
    return {
        'rel': template.rel,
        'type': template.media_type,
        'title': template.title.pick(lang),
        'uriTemplate': f'{api_url()}{template.path}',
        'variables': template.variables,
    }


def own_links(record_id: str, lang: Lang) -> list[dict[str, str]]:
    """The record itself, in each of its forms and languages, and the catalogue that it belongs to."""
    base = f'{api_url()}/collections/catalogue'
    own = f'{base}/items/{record_id}'
    forms = [
        _own_link(
            'self' if name == 'json' else 'alternate', f'{own}?f={name}&lang={lang}', media_type, title.pick(lang), lang
        )
        for name, media_type, title in FORMS
    ]
    alternates = [
        _own_link('alternate', f'{own}?f=json&lang={other}', GEOJSON, IN_LANGUAGE[other].pick(lang), other)
        for other in LANGUAGES
        if other != lang
    ]
    profile = {'rel': 'profile', 'type': HTML, 'title': 'OGC API - Records', 'href': PROFILE}
    return [*forms, *alternates, _own_link('collection', base, JSON, CATALOGUE.pick(lang), lang), profile]


def _own_link(rel: str, href: str, media_type: str, title: str, lang: Lang) -> dict[str, str]:
    return {'rel': rel, 'type': media_type, 'title': title, 'href': href, 'hreflang': lang}
