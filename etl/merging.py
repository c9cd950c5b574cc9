"""Edits made since an agency's last delivery, merged with its next one: what came of it is written down and told."""

from psycopg2.extensions import connection as Connection

from dothi.core.layer import Layer
from dothi.core.numbers import number_vi
from dothi.core.text import AdvisedText, CountedText, Text
from etl.report.model import LISTED_ROWS, HeldRow, MergeReport


def record_merge(db: Connection, layer: Layer, delivery: int | None) -> MergeReport:
    """What `diff` merged: the agency's word becomes the base of the next merge, and what is held a conflict."""
    with db.cursor() as cursor:
        cursor.execute('select catalog.record_merge(%s, %s)', [layer.id, delivery])
        cursor.execute(
            """select count(*) filter (where fate in ('merged', 'kept')), count(*) filter (where fate = 'held')
               from etl_merge"""
        )
        kept_rows, held_rows = cursor.fetchone() or (0, 0)
    return MergeReport(kept=kept_rows, held=held_rows, rows=_held_rows(db, layer) if held_rows else [])


def _held_rows(db: Connection, layer: Layer) -> list[HeldRow]:
    with db.cursor() as cursor:
        cursor.execute(
            """select c.id, c.feature_id, c.columns, c.ours, c.theirs
               from catalog.conflict as c join etl_merge as m on m.id = c.feature_id and m.fate = 'held'
               where c.layer_id = %s and c.status = 'open' order by c.id limit %s""",
            [layer.id, LISTED_ROWS],
        )
        names = ('conflict', 'feature', 'columns', 'edit', 'delivery')
        return [HeldRow.model_validate(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def notes_of(merge: MergeReport, layer: Layer) -> list[Text]:
    """What a report says of a merge beside its figures."""
    return [*([_keeps(merge.kept)] if merge.kept else []), *([_holds(merge.held, layer)] if merge.held else [])]


def _keeps(count: int) -> Text:
    text = Text(
        vi='Giữ {kept:,} đối tượng đã được sửa từ đợt giao trước.',
        en='{kept:,} features edited since the last delivery keep their edits.',
    ).format(kept=count)
    uncounted = Text(
        vi='Đối tượng đã được sửa từ đợt giao trước giữ nguyên bản sửa.',
        en='Features edited since the last delivery keep their edits.',
    )
    return CountedText.of(text, uncounted)


def _holds(count: int, layer: Layer) -> Text:
    uncounted = AdvisedText(
        vi='Đối tượng vừa được sửa, vừa đổi khác đi trong tệp này giữ nguyên và chờ quyết định.',
        en='Features that were edited, and that this file changes differently, stay as they are and wait for a '
        'decision.',
        steward=Text(
            vi=f'Để quyết định: dothi conflicts list {layer.id}.', en=f'To decide: dothi conflicts list {layer.id}.'
        ),
    )
    return CountedText(
        vi=f'{number_vi(count)} đối tượng vừa được sửa, vừa đổi khác đi trong tệp này; chúng giữ nguyên và chờ quyết '
        'định.',
        en=f'{count} features were edited, and this file changes them differently; they stay as they are and wait for '
        'a decision.',
        uncounted=uncounted,
    )
