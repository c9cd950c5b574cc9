"""Where a result comes from: layers with agency, release and day, and whether they have changed since."""

from dataclasses import dataclass
from datetime import datetime

from dothi.core.catalog import current_releases, release_in_force, releases_numbered
from dothi.core.clock import local_day
from dothi.core.locality import locality_zone
from dothi.core.text import DEMO, Lang, Text
from processes.data import Data
from processes.forms.numbers import format_day
from processes.forms.stored import StoredResult
from processes.reading.readings import release_numbers

SOURCES = Text(vi='Nguồn', en='Sources')
RELEASE = Text(vi='bản phát hành', en='release')


@dataclass(frozen=True)
class Source:
    """A layer that a result was computed from. newer: number of the release that is in force by now, if another."""

    layer_id: str
    title: Text
    agency: Text
    release: int
    released_at: datetime | None
    demo: bool
    newer: int | None


def sources_of(stored: StoredResult, data: Data) -> list[Source]:
    """The layers behind a result, by title; one whose file is gone goes by its id."""
    releases = releases_numbered(data.db, [*release_numbers(stored.readings).values()])
    current = current_releases(data.db)
    sources = []
    for layer_id, reading in stored.readings.items():
        title, agency = _title_and_agency(layer_id, data)
        release = releases.get(reading.release)
        now = current.get(layer_id) if reading.at is None else release_in_force(data.db, layer_id, reading.at)
        sources.append(
            Source(
                layer_id, title, agency, reading.release,
                release.released_at if release else None,
                release.demo if release else False,
                now.number if now and now.number != reading.release else None,
            )
        )  # fmt: skip
    return sorted(sources, key=lambda source: source.title.vi)


def _title_and_agency(layer_id: str, data: Data) -> tuple[Text, Text]:
    place = data.locality
    if layer_id in place.layers or layer_id in place.coverages:
        description = place.described(layer_id)
        return description.title, place.agencies[description.agency].title
    return Text(vi=layer_id, en=layer_id), Text(vi='–', en='–')


def changed_since(sources: list[Source]) -> Text:
    """The sentence that says whether the result still is of the present state."""
    changed = [source for source in sources if source.newer is not None]
    if not changed:
        return Text(
            vi='Các lớp đầu vào chưa có bản phát hành mới hơn.', en='None of the inputs has been released anew since.'
        )
    named_vi = ', '.join(f'{source.title.vi} ({source.newer})' for source in changed)
    named_en = ', '.join(f'{source.title.en} ({source.newer})' for source in changed)
    return Text(
        vi=f'{len(changed)} lớp đầu vào đã có bản phát hành mới: {named_vi}. Nên chạy lại phân tích.',
        en=f'{len(changed)} of the inputs changed since: {named_en}. Run the analysis again.',
    )


def in_one_line(sources: list[Source], stored: StoredResult, lang: Lang) -> str:
    """Below a map: layers with agency, release and day; then job and software."""
    phrases = [
        f'{source.title.pick(lang)} ({source.agency.pick(lang)}), {RELEASE.pick(lang)} {source.release}'
        + (f', {format_day(local_day(source.released_at, locality_zone()), lang)}' if source.released_at else '')
        + (f' – {DEMO.pick(lang)}' if source.demo else '')
        for source in sources
    ]
    day = format_day(local_day(stored.finished_at, locality_zone()), lang)
    made = f'dothi {stored.software_version}, {day}, {stored.job_id}'
    return f'{SOURCES.pick(lang)}: {"; ".join(phrases)}. {made}.' if phrases else f'{made}.'
