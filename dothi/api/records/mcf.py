"""A record in pygeometa's metadata control file (MCF 2.0), from which it writes every format."""

from datetime import UTC, datetime
from typing import Any

from dothi.api.common.collection_document import LICENCES
from dothi.api.http.address import api_url, root_url
from dothi.api.records.record import OPEN, Contact, Kind, Record
from dothi.core.layer import GeometryType
from dothi.core.text import Text

# ISO 639-2 codes of the languages.
LANGUAGE, ALTERNATE = 'vie', 'eng'
# ISO 19115's codes, each for what is called otherwise here.
SCOPES: dict[Kind, str] = {'dataset': 'dataset', 'process': 'service', 'document': 'nonGeographicDataset'}
TOPICS = (
    'farming', 'biota', 'boundaries', 'climatologyMeteorologyAtmosphere', 'economy', 'elevation', 'environment',
    'geoscientificInformation', 'health', 'imageryBaseMapsEarthCover', 'intelligenceMilitary', 'inlandWaters',
    'location', 'oceans', 'planningCadastre', 'society', 'structure', 'transportation', 'utilitiesCommunication',
)  # fmt: skip
SAME_TOPIC = {
    'transport': 'transportation',
    'water': 'inlandWaters',
    'infrastructure': 'utilitiesCommunication',
    'buildings': 'structure',
    'planning': 'planningCadastre',
}
FREQUENCIES = {
    'P1D': 'daily', 'P1W': 'weekly', 'P7D': 'weekly', 'P14D': 'fortnightly', 'P2W': 'fortnightly', 'P1M': 'monthly',
    'P3M': 'quarterly', 'P6M': 'biannually', 'P1Y': 'annually', 'P12M': 'annually',
}  # fmt: skip
SHAPES: dict[GeometryType, str] = {
    'Point': 'point',
    'MultiPoint': 'point',
    'LineString': 'curve',
    'MultiLineString': 'curve',
    'Polygon': 'surface',
    'MultiPolygon': 'surface',
}
FUNCTIONS = {'item': 'download', 'enclosure': 'download'}


def metadata_control_file(record: Record) -> dict[str, Any]:
    """The record as MCF, texts by ISO 639-2 code."""
    return {
        'mcf': {'version': 2.0},
        'metadata': {
            'identifier': record.id,
            'language': LANGUAGE,
            'language_alternate': ALTERNATE,
            'charset': 'utf8',
            'hierarchylevel': SCOPES[record.type],
            'dates': {'creation': _to_second(record.updated or datetime.now(UTC))},
            'dataseturi': f'{api_url()}/collections/catalogue/items/{record.id}',
        },
        'spatial': _spatial_members(record),
        'identification': _identification_members(record),
        'contact': {role: _contact_members(contact) for contact in record.contacts for role in contact.roles},
        'distribution': _distribution_members(record),
        'dataquality': {
            'scope': {'level': SCOPES[record.type]},
            'lineage': {'statement': _both_languages(_lineage_statement(record))},
        },
    }


def _both_languages(text: Text) -> dict[str, str]:
    return {LANGUAGE: text.vi, ALTERNATE: text.en}


def _to_second(at: datetime) -> str:
    return at.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%SZ')


def _spatial_members(record: Record) -> dict[str, Any]:
    shape, crs = record.facts.get('geometryType'), record.facts.get('storageCrs')
    other = 'grid' if crs else 'textTable'
    representation = {'datatype': 'vector', 'geomtype': SHAPES[shape]} if shape else {'datatype': other}
    return representation | ({'crs': crs.partition(':')[2]} if crs else {})


def _identification_members(record: Record) -> dict[str, Any]:
    licence = record.licence or ''
    return {
        'title': _both_languages(record.title),
        'abstract': _both_languages(record.description),
        'language': {'vi': 'vie', 'en': 'eng'}[record.languages[0]],
        'charset': 'utf8',
        'dates': _date_members(record),
        'keywords': {'default': {'keywords': _keyword_members(record), 'keywords_type': 'theme'}},
        'topiccategory': _topic_categories(record),
        'extents': {'spatial': [_box_member(record)], 'temporal': _period_members(record)},
        'rights': _both_languages(record.rights) if record.rights else None,
        'accessconstraints': 'license' if licence else 'otherRestrictions',
        'license': {'name': licence, 'url': LICENCES.get(licence, '')},
        'url': f'{api_url()}/collections/catalogue/items/{record.id}?f=html',
        'status': 'onGoing' if record.type == 'dataset' else 'completed',
        'maintenancefrequency': FREQUENCIES.get(record.facts.get('updateCycle', ''), 'asNeeded'),
    }


def _date_members(record: Record) -> dict[str, str]:
    dates = {'publication': record.created, 'revision': record.updated}
    return {kind: _to_second(at) for kind, at in dates.items() if at} or {
        'publication': (record.time or ('1900', ''))[0]
    }


def _keyword_members(record: Record) -> dict[str, list[str]]:
    return {
        LANGUAGE: [keyword.vi for keyword in record.keywords],
        ALTERNATE: [keyword.en for keyword in record.keywords],
    }


def _topic_categories(record: Record) -> list[str]:
    topic = SAME_TOPIC.get(record.theme or '', record.theme)
    return [topic] if topic in TOPICS else []


def _box_member(record: Record) -> dict[str, Any]:
    return {'crs': 4326, **({'bbox': [*record.extent]} if record.extent else {})}


def _period_members(record: Record) -> list[dict[str, str]]:
    if record.time is None or record.time[0] == OPEN:
        return []
    begin, end = record.time
    return [{'begin': begin, 'end': 'now' if end == OPEN else end}]


def _contact_members(contact: Contact) -> dict[str, Any]:
    position = {'positionname': _both_languages(contact.position)} if contact.position else {}
    return {'organization': _both_languages(contact.organization), 'url': f'{root_url()}/', **position}


def _distribution_members(record: Record) -> dict[str, Any]:
    distribution = {}
    for place, link in enumerate(record.links):
        if link.rel in ('license', 'related'):
            continue
        distribution[f'link-{place}'] = {
            'url': link.path if '://' in link.path else f'{api_url()}{link.path}',
            # ISO's protocol; beside it what DCAT asks for, which MCF has no word for
            'type': link.protocol or link.media_type,
            'media_type': link.media_type,
            'name': _both_languages(Text(vi=link.name, en=link.name) if link.name else link.title),
            'description': _both_languages(link.title),
            'function': FUNCTIONS.get(link.rel, 'information'),
        }
    return distribution


def _lineage_statement(record: Record) -> Text:
    """Where it comes from and how good it is, in sentences: release, origin, rows, checks, legal value."""
    entries = {entry.name: entry for group in record.groups for entry in group.entries if group.name == QUALITY}
    vi = '; '.join(
        f'{quality_entry.title.vi}: {_as_text(quality_entry.value, "vi")}' for quality_entry in entries.values()
    )
    en = '; '.join(
        f'{quality_entry.title.en}: {_as_text(quality_entry.value, "en")}' for quality_entry in entries.values()
    )
    return Text(vi=vi or record.description.vi, en=en or record.description.en)


QUALITY = 'qualityLegalValue'


def _as_text(value: Any, lang: str) -> str:
    return value.pick(lang) if isinstance(value, Text) else str(value)
