"""What the runs of a study are called."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from dothi.core.locality import Locality
from dothi.core.text import Lang
from processes.forms.run_title import inputs_in_words, run_title
from processes.forms.unit_words import UnitNaming, without_names
from processes.registry import all_processes
from processes.study.store import StudyRun

MOST_DIFFERENCES = 2


def titles_of_runs(
    runs: Sequence[StudyRun], locality: Locality, lang: Lang, unit_name: UnitNaming = without_names
) -> dict[str, str]:
    """The titles by job: as somebody wrote them, else by what was chosen; a comparison names those before it.

    Of runs that would be called the same, each says what was chosen otherwise.
    """
    titles: dict[str, str] = {}
    for run in runs:
        process = all_processes().get(run.process_id)
        titles[str(run.job_id)] = run.title or (
            run_title(process, run.inputs, locality, lang, titles, unit_name) if process else run.process_id
        )
        titles |= dict(_told_apart(runs, titles, locality, lang, unit_name))
    return titles


def _told_apart(
    runs: Sequence[StudyRun], titles: dict[str, str], locality: Locality, lang: Lang, unit_name: UnitNaming
) -> Iterator[tuple[str, str]]:
    """New titles of runs that share one, as far as their inputs differ."""
    titled = sorted((titles[str(run.job_id)], number) for number, run in enumerate(runs) if str(run.job_id) in titles)
    for title, group in groupby(titled, key=lambda pair: pair[0]):
        alike = [runs[number] for _, number in group]
        if len(alike) < 2 or any(run.title or run.process_id not in all_processes() for run in alike):
            continue
        chosen = [
            inputs_in_words(all_processes()[run.process_id], run.inputs, locality, lang, unit_name) for run in alike
        ]
        names = dict.fromkeys(name for texts in chosen for name in texts)
        differing = [name for name in names if any(texts.get(name) != chosen[0].get(name) for texts in chosen)]
        for run, texts in zip(alike, chosen, strict=True):
            more = [': '.join(texts[name]) for name in differing[:MOST_DIFFERENCES] if name in texts]
            yield str(run.job_id), ' · '.join([title, *more])
