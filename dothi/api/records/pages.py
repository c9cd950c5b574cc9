"""The catalogue as pages: a list to search in, and one record with a sketch of where it lies."""

import math
from typing import Any

from dothi.api.http.language import language, page, say
from dothi.api.http.parameters import request_parameters
from dothi.api.http.service import service
from dothi.api.records.geojson import FORMS, record_feature
from dothi.api.records.query import RecordPage
from dothi.api.records.queryables import KINDS
from dothi.api.records.record import Box, Record
from dothi.core.clock import local_day, today

# Of the sketch, in pixels.
WIDTH = 280


def list_page(
    chosen: list[Record], record_page: RecordPage, links: list[dict[str, str]], everything: list[Record]
) -> str:
    """A page of records with the form to search."""
    data = {
        'records': [_record_summary(record) for record in chosen],
        'matched': record_page.matched,
        'links': {link['rel']: link['href'].replace('f=json', 'f=html') for link in links},
        'asked': request_parameters(),
        'choices': _filter_choices(everything),
    }
    return page('catalogue/index.html', data)


def record_page(record: Record) -> str:
    """The page of one record."""
    document = record_feature(record, language())
    data = {
        **_record_summary(record),
        'document': document,
        'forms': [{'f': name, 'title': say(title)} for name, _, title in FORMS if name != 'html'],
        'sketch': sketch_box(record.extent, service().locality.place.extent_wgs84),
    }
    return page('catalogue/record.html', data)


def is_overdue(record: Record) -> bool:
    """Whether an update of the layer should have come by today."""
    due = record.facts.get('nextUpdateDue')
    return due is not None and due < today(service().locality.place.zone).isoformat()


def _record_summary(record: Record) -> dict[str, Any]:
    agency = service().locality.agencies.get(record.agency or '')
    return {
        'id': record.id,
        'type': record.type,
        'kind': say(KINDS[record.type]),
        'title': say(record.title),
        'description': say(record.description),
        'agency': say(agency.title) if agency else None,
        'theme': say(service().locality.theme_title(record.theme)) if record.theme else None,
        'updated': local_day(record.updated, service().locality.place.zone).isoformat() if record.updated else None,
        'due': record.facts.get('nextUpdateDue'),
        'overdue': is_overdue(record),
        'demo': record.facts.get('demo', False),
        'rows': record.facts.get('rows'),
    }


def _filter_choices(everything: list[Record]) -> dict[str, list[tuple[str, str]]]:
    """What the form's lists offer: value and title."""
    locality = service().locality
    agencies, themes = locality.agencies, locality.theme_titles(record.theme for record in everything if record.theme)
    supplying = sorted({record.agency for record in everything if record.agency})
    return {
        'type': [(name, title.pick(language())) for name, title in KINDS.items()],
        'theme': [(theme, say(title)) for theme, title in themes.items()],
        'agency': [(name, say(agencies[name].title)) for name in supplying],
    }


def sketch_box(box: Box | None, frame: Box) -> dict[str, float] | None:
    """Where `box` lies in `frame`, in pixels of a drawing of `width` by `height`; None without a box.

    A degree of longitude is drawn as long as it is at the frame's middle. What is smaller than four pixels gets four.
    """
    if box is None:
        return None
    scale_x = WIDTH / max(frame[2] - frame[0], 1e-9)
    scale_y = scale_x / max(math.cos(math.radians((frame[1] + frame[3]) / 2)), 0.1)
    return {
        'width': WIDTH,
        'height': round((frame[3] - frame[1]) * scale_y, 1),
        'x': round((box[0] - frame[0]) * scale_x, 1),
        'y': round((frame[3] - box[3]) * scale_y, 1),
        'w': round(max((box[2] - box[0]) * scale_x, 4), 1),
        'h': round(max((box[3] - box[1]) * scale_y, 4), 1),
    }
