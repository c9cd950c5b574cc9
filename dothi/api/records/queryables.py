"""What may be asked of records: the catalogue as a layer, so that filters mean there what they mean anywhere."""

from typing import Any

from psycopg2 import sql

from dothi.api.records.record import OPEN, Record, box_geometry
from dothi.core.crs import WGS84
from dothi.core.layer import Column, Layer
from dothi.core.layer_columns import CATALOGUED
from dothi.core.text import LANGUAGES, Lang, Text, search_key

KINDS = {
    'dataset': Text(vi='lớp dữ liệu', en='dataset'),
    'process': Text(vi='phân tích', en='analysis'),
    'document': Text(vi='tài liệu', en='document'),
}
# Name, type and title of each property that a filter or sort order may name; a record's property of the same name.
QUERYABLES: dict[str, Column] = {
    'id': Column(type='text', title=Text(vi='Mã bản ghi', en='Record id')),
    'type': Column(type='text', title=Text(vi='Loại', en='Type'), domain=KINDS),
    'title': Column(type='text', title=Text(vi='Tên', en='Title')),
    'description': Column(type='text', title=Text(vi='Mô tả', en='Description')),
    'theme': Column(type='text', title=Text(vi='Chủ đề', en='Theme')),
    'agency': Column(type='text', title=Text(vi='Cơ quan', en='Agency')),
    'license': Column(type='text', title=Text(vi='Giấy phép', en='Licence')),
    'access': Column(type='text', title=Text(vi='Mức truy cập', en='Access')),
    'demo': Column(type='boolean', title=Text(vi='Dữ liệu minh họa', en='Demonstration data')),
    'created': Column(type='timestamp', title=Text(vi='Có từ', en='Created')),
    'updated': Column(type='timestamp', title=Text(vi='Cập nhật', en='Updated')),
    'updateCycle': Column(type='text', title=Text(vi='Chu kỳ cập nhật', en='Update cycle')),
    'nextUpdateDue': Column(type='date', title=Text(vi='Hạn cập nhật tiếp theo', en='Next update due')),
    'release': Column(type='integer', title=Text(vi='Bản phát hành', en='Release')),
    'origin': Column(type='text', title=Text(vi='Nguồn gốc', en='Origin')),
    'rows': Column(type='integer', title=Text(vi='Số đối tượng', en='Features')),
    'badRows': Column(type='integer', title=Text(vi='Hàng bị loại', en='Rows refused')),
}
SORTABLES = tuple(name for name in QUERYABLES if name != 'description')
# What the conditions of parameters read beside them.
HELPING = {
    'words': 'text',
    'keywords': 'jsonb',
    'languages': 'jsonb',
    'external_ids': 'jsonb',
    'begins': 'timestamptz',
    'ends': 'timestamptz',
    'shape': 'jsonb',
}
# The layer model reserves `id` for the number of a feature; a record's id is a text.
CATALOGUE: Layer = Layer.model_validate(
    {
        'id': 'catalogue',
        'title': {'vi': 'Danh mục dữ liệu', 'en': 'Catalogue'},
        'description': {
            'vi': 'Các lớp dữ liệu, phân tích và tài liệu: ai cung cấp, mới đến đâu, chất lượng và cách truy cập.',
            'en': 'Layers, analyses and documents: who supplies them, how fresh and good they are, how to get them.',
        },
        'theme': 'catalogue',
        'agency': 'catalogue',
        'access': 'public',
        'licence': 'CC-BY-4.0',
        'update_cycle': 'P1D',
        'geometry': 'Polygon',
        'key': ['title'],
        'columns': {'title': QUERYABLES['title']},
        'source': {'crs': 'EPSG:4326'},
    }
).model_copy(update={'columns': QUERYABLES})


def records_relation(rows: str) -> sql.Composable:
    """Records, given as JSON (`record_row`), as a subquery in brackets: with their geometry as in a layer."""
    columns = [
        sql.SQL('{} {}').format(sql.Identifier(name), sql.SQL(_column_kind(column)))
        for name, column in QUERYABLES.items()
    ]
    columns += [sql.SQL('{} {}').format(sql.Identifier(name), sql.SQL(kind)) for name, kind in HELPING.items()]
    shape = sql.SQL('ST_SetSRID(ST_GeomFromGeoJSON(shape), {})').format(sql.Literal(WGS84))
    return sql.SQL(
        '(select r.*, {0} as geom, {0} as geom_wgs84 from jsonb_to_recordset({1}::jsonb) as r ({2}))'
    ).format(shape, sql.Literal(rows), sql.SQL(', ').join(columns))


def _column_kind(column: Column) -> str:
    # by code point, as in layers
    return 'text collate "C"' if column.type == 'text' else CATALOGUED[column.type]


def record_row(record: Record, lang: Lang) -> dict[str, Any]:
    """The record's queryables with its texts in `lang`, and what conditions of parameters read."""
    begins, ends = record.time or (OPEN, OPEN)
    return {
        **record.facts,
        'id': record.id,
        'type': record.type,
        'title': record.title.pick(lang),
        'description': record.description.pick(lang),
        'theme': record.theme,
        'agency': record.agency,
        'license': record.licence,
        'created': record.created.isoformat() if record.created else None,
        'updated': record.updated.isoformat() if record.updated else None,
        'words': search_words(record),
        'keywords': sorted(search_key(text) for keyword in record.keywords for text in both_languages(keyword)),
        'languages': [*record.languages],
        'external_ids': _spell_titles(record),
        'begins': '-infinity' if begins == OPEN else f'{begins}T00:00:00Z',
        'ends': 'infinity' if ends == OPEN else f'{ends}T23:59:59.999999Z',
        'shape': box_geometry(record.extent),
    }


def search_words(record: Record) -> str:
    """The texts that `q` searches, without accents and case, one a line: no phrase reaches from one into the next."""
    texts = [record.title, record.description, *record.keywords, *record.searched]
    numbers = [value for _, value in record.external_ids]
    lines = [record.id, record.theme or '', *numbers, *(part for text in texts for part in both_languages(text))]
    return '\n'.join(' '.join(search_key(line).split()) for line in lines)


def both_languages(text: Text) -> tuple[str, ...]:
    """The text in each language."""
    return tuple(text.pick(lang) for lang in LANGUAGES)


def _spell_titles(record: Record) -> list[str]:
    """Each way in which the parameter `externalIds` may name the record: value, scheme, or both."""
    return [
        spelling for scheme, value in record.external_ids for spelling in (value, f'{scheme}:', f'{scheme}:{value}')
    ]
