"""Two results of the same analysis, feature by feature and figure by figure.

How to use it: docs/how-to/plan-with-scenarios.md.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from dothi.core.errors import WrongUse
from dothi.core.locality import Locality
from dothi.core.text import LANGUAGES, Text
from processes.base import Process, ProgressCallback
from processes.comparison.matching import (
    Matched,
    compared_properties,
    difference,
    match_features,
    numeric_members,
    word_members,
)
from processes.comparison.sentences import SAME, feature_sentences, figure_sentences, title_of
from processes.data import Data
from processes.forms.input_words import list_inputs
from processes.forms.numbers import NOTHING
from processes.forms.stored import StoredResult, read_stored
from processes.forms.unit_words import UnitNaming, units_of
from processes.geojson import FeatureCollection, feature_collection, geojson_feature
from processes.inputs import OUTPUT, ProcessInputs, input_field
from processes.outputs import PROVENANCE, Member, Output, fits_member, shared, unit_for
from processes.reading.readings import release_numbers

UUID_PATTERN = r'^[0-9a-fA-F-]{36}$'
STATES = {
    'both': Text(vi='có trong cả hai', en='in both'),
    'only_before': Text(vi='chỉ trong kết quả trước', en='in the earlier one only'),
    'only_after': Text(vi='chỉ trong kết quả sau', en='in the later one only'),
}
SIDES = {
    'difference': Member(Text(vi='Chênh lệch', en='Difference')),
    'before': Member(Text(vi='Trước', en='Before')),
    'after': Member(Text(vi='Sau', en='After')),
}
SIDE_TITLES = {'before': Text(vi='trước', en='before'), 'after': Text(vi='sau', en='after')}
NAMING_MEMBERS = {
    'code': Text(vi='mã', en='code'),
    'id': Text(vi='mã trong dữ liệu', en='id in the data'),
    'name': Text(vi='tên', en='name'),
}
OTHER_QUESTIONS = Text(
    vi='Hai lần chạy không cùng đầu vào: {inputs}.', en='The runs do not have the same inputs: {inputs}.'
)
NOT_MATCHED = Text(
    vi='Không có gì gọi tên đối tượng ở cả hai kết quả, nên chỉ so số liệu chung.',
    en='Nothing names the features in both results, so that only the figures of the whole are compared.',
)
OTHER_RELEASES = Text(
    vi='Hai lần chạy đọc các bản phát hành khác nhau của: {layers}. Một phần chênh lệch có thể do đó.',
    en='The runs read different releases of: {layers}. A part of the difference may come from that.',
)


class NotComparable(WrongUse):
    """Two results that cannot be held against each other."""


class Inputs(ProcessInputs):
    """Which results are compared."""

    before: str = input_field(
        Text(vi='Tác vụ trước', en='Job before'),
        Text(vi='Mã của tác vụ đã chạy xong, để so từ đó.', en='Id of the job that has ended well, to compare from.'),
        pattern=UUID_PATTERN,
    )
    after: str = input_field(
        Text(vi='Tác vụ sau', en='Job after'),
        Text(
            vi='Mã của tác vụ cùng phân tích, như khi có phương án.',
            en='Id of a job of the same analysis, such as one with a scenario.',
        ),
        pattern=UUID_PATTERN,
    )
    output: str | None = OUTPUT


class CompareResults(Process[Inputs]):
    """Differences are after - before; what only one of both says has none."""

    takes_scenario = False
    title = Text(vi='So sánh hai kết quả', en='Comparison of two results')
    description = Text(
        vi='Chênh lệch của từng vùng hoặc đối tượng và của số liệu chung giữa hai kết quả của cùng một phân tích.',
        en='Differences of each zone or feature, and of the figures of the whole, between two results of one analysis.',
    )
    method = Text(
        vi='Đối tượng được ghép theo mã; mỗi số liệu: sau trừ trước. Nêu rõ đầu vào, phương án và bản phát hành khác '
        'nhau.',
        en='Features are matched by code; of each figure: after minus before. Inputs, scenarios and releases that '
        'differ are named.',
    )
    example: ClassVar[dict[str, Any]] = {
        'before': '00000000-0000-0000-0000-000000000000',
        'after': '00000000-0000-0000-0000-000000000001',
    }
    outputs: ClassVar[dict[str, Output]] = {
        'result': Output(
            Text(vi='Chênh lệch', en='Differences'),
            members={
                **{
                    f'{{member}}_{side}': Member(
                        Text(vi='{member}: {of}', en='{member}: {of}').format(member='{member}', of=member.title)
                    )
                    for side, member in SIDES.items()
                },
                'state': Member(Text(vi='Có trong', en='Found in'), codes=STATES),
                **shared('code', 'name'),
            },
        )
    }
    summary: ClassVar[dict[str, Member]] = {
        'sentences': Member(Text(vi='Kết luận', en='In words')),
        'figures': Member(Text(vi='Số liệu chung', en='Figures of the whole')),
        'members': Member(Text(vi='Số liệu của đối tượng', en='Figures of features')),
        'process': Member(Text(vi='Phân tích', en='Analysis')),
        'matched_by': Member(Text(vi='Ghép đối tượng theo', en='Features matched by'), codes=NAMING_MEMBERS),
        'features_in_both': Member(Text(vi='Đối tượng có trong cả hai', en='Features in both')),
        'features_only_before': Member(Text(vi='Chỉ trong kết quả trước', en='In the earlier one only')),
        'features_only_after': Member(Text(vi='Chỉ trong kết quả sau', en='In the later one only')),
        'inputs_differing': Member(Text(vi='Đầu vào khác nhau', en='Inputs that differ'), by_data=True),
        'questions_differing': Member(Text(vi='Đầu vào khác nhau', en='Inputs that differ')),
        'releases_differing': Member(Text(vi='Bản phát hành khác nhau', en='Releases that differ'), by_data=True),
        'scenarios': Member(Text(vi='Phương án', en='Scenarios'), codes=SIDE_TITLES, by_data=True),
        **SIDES,
        **shared('unit'),
        'title': Member(Text(vi='Tên', en='Title')),
        'id': Member(Text(vi='Mã', en='Id')),
    }

    @classmethod
    def answers_from_reads(cls) -> bool:
        """It is: what the earlier results were computed from counts as read."""
        return True

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> FeatureCollection:
        """A feature for each that any of the results has, and as `summary` the figures, sentences and what differs.

        Raises UnknownJob, NoResult, ResultGone, NoSuchOutput, NotComparable.
        """
        progress(0.1, Text(vi='Đọc hai kết quả', en='Reading both results'))
        before, after = (read_stored(job, inputs.output, data) for job in (inputs.before, inputs.after))
        must_be_comparable(before, after)
        progress(0.5, Text(vi='So sánh', en='Comparing'))
        matched_by, matched = match_features(before.features, after.features)
        documents = [feature['properties'] for feature in (*before.features, *after.features)]
        members, words = by_telling(numeric_members(documents), after), word_members(documents)
        features = [
            geojson_feature(pair.name, geometry_of(pair), compared_properties(pair, members, words)) for pair in matched
        ]
        summary = {
            **summarise_figures(before, after),
            **summarise_features(matched_by, matched, members, after),
            **differences_of_runs(before, after),
            'questions_differing': questions_differing(before, after, data.locality, units_of(data)),
        }
        summary['sentences'] = tell_differences(summary['figures'], matched, members, words, after)
        return feature_collection(
            features,
            summary
            | data.provenance(caveats_of(matched_by, before, after, summary['questions_differing'], data.locality)),
        )

    def cost_s(self, inputs: Inputs) -> float:
        """Reading two documents."""
        del inputs
        return 2.0


def must_be_comparable(before: StoredResult, after: StoredResult) -> None:
    """Raises NotComparable unless both are features or figures of one output of one analysis."""
    if before.process_id != after.process_id:
        raise NotComparable(
            vi=f'Hai tác vụ là của hai phân tích, {before.process_id} và {after.process_id}. Chọn cùng một phân tích.',
            en=f'The jobs are of two analyses, {before.process_id} and {after.process_id}. Choose jobs of one.',
        )
    if not all(result.is_features or result.is_document for result in (before, after)):
        raise NotComparable(
            vi=f'Kết quả "{before.output}" là tệp, không so được từng đối tượng. Chọn kết quả khác bằng "output".',
            en=f'The output "{before.output}" is a file, which has no features to compare. Name another "output".',
        )


def geometry_of(pair: Matched) -> dict[str, Any] | None:
    """The geometry of the later feature, or of the earlier one where there is no other."""
    feature = pair.after or pair.before
    geometry: dict[str, Any] | None = feature.get('geometry') if feature else None
    return geometry


def by_telling(names: Sequence[str], result: StoredResult) -> list[str]:
    """The members in the order in which the analysis declares them: the most telling first, others behind."""
    declared = [*result.members]

    def place(name: str) -> int:
        return next((number for number, pattern in enumerate(declared) if fits_member(name, pattern)), len(declared))

    return sorted(names, key=place)


def summarise_figures(before: StoredResult, after: StoredResult) -> dict[str, Any]:
    """The figures of the whole that both results may have, with their titles, in the order of the analysis."""
    repeated = {name for name, value in after.inputs.items() if after.summary.get(name) == value}
    names = by_telling(numeric_members([before.summary, after.summary], {*repeated, *PROVENANCE}), after)
    figures = [
        {
            'id': name,
            'title': title_of(name, after.members).model_dump(),
            'unit': unit_for(name, after.members),
            'before': before.summary.get(name),
            'after': after.summary.get(name),
            'difference': difference(before.summary.get(name), after.summary.get(name)),
        }
        for name in names
    ]
    return {'process': after.process.title.model_dump(), 'figures': figures}


def summarise_features(
    matched_by: str | None, matched: Sequence[Matched], members: Sequence[str], after: StoredResult
) -> dict[str, Any]:
    """By what features were matched, how many there are, and the titles of what is told of each."""
    states = [pair.state for pair in matched]
    titles = [
        {
            'id': f'{member}_{side}',
            'title': Text(vi='{member}: {side}', en='{member}: {side}')
            .format(member=title_of(member, after.members), side=part.title)
            .model_dump(),
            'unit': unit_for(member, after.members),
        }
        for member in members
        for side, part in SIDES.items()
    ]
    return {
        'matched_by': matched_by,
        'features_in_both': states.count('both'),
        'features_only_before': states.count('only_before'),
        'features_only_after': states.count('only_after'),
        'members': titles,
    }


def differences_of_runs(before: StoredResult, after: StoredResult) -> dict[str, Any]:
    """Which inputs, releases and scenarios the runs do not share; each as [before, after]."""
    inputs = _differing(before.inputs, after.inputs)
    releases = _differing(release_numbers(before.readings), release_numbers(after.readings))
    scenarios = {'before': before.summary.get('applied_scenario'), 'after': after.summary.get('applied_scenario')}
    return {
        'inputs_differing': {name: sides for name, sides in inputs.items() if name != 'scenario'},
        'releases_differing': releases,
        'scenarios': scenarios,
    }


def tell_differences(
    figures: Sequence[dict[str, Any]],
    matched: Sequence[Matched],
    members: Sequence[str],
    words: Sequence[str],
    after: StoredResult,
) -> list[dict[str, str]]:
    """The differences in sentences, in both languages; one sentence where there are none."""
    sentences = [*figure_sentences(figures), *feature_sentences(matched, members, words, after.members)]
    return [sentence.model_dump() for sentence in sentences or [SAME]]


def questions_differing(
    before: StoredResult, after: StoredResult, locality: Locality, unit_name: UnitNaming
) -> list[dict[str, Any]]:
    """The inputs that the runs do not share, the scenario aside: name, title, and both values in both languages."""
    sides = {
        lang: [
            {each.name: each for each in list_inputs(stored, locality, lang, unit_name=unit_name)}
            for stored in (before, after)
        ]
        for lang in LANGUAGES
    }
    names = dict.fromkeys(name for side in sides['vi'] for name in side if name != 'scenario')

    def texts(place: int, name: str) -> dict[str, str]:
        return {lang: side[place][name].value if name in side[place] else NOTHING for lang, side in sides.items()}

    def title(name: str) -> dict[str, str]:
        return {lang: (side[1].get(name) or side[0][name]).title for lang, side in sides.items()}

    return [
        {'id': name, 'title': title(name), 'before': texts(0, name), 'after': texts(1, name)}
        for name in names
        if texts(0, name) != texts(1, name)
    ]


def caveats_of(
    matched_by: str | None,
    before: StoredResult,
    after: StoredResult,
    differing: Sequence[dict[str, Any]],
    locality: Locality,
) -> list[Text]:
    """What the reader of a comparison has to know. differing: as of `questions_differing`."""
    caveats = [OTHER_QUESTIONS.format(inputs=_listed(differing))] if differing else []
    caveats += [] if matched_by or not (before.features or after.features) else [NOT_MATCHED]
    releases = _differing(release_numbers(before.readings), release_numbers(after.readings))
    shared_layers = [layer for layer, sides in releases.items() if None not in sides]
    if not shared_layers:
        return caveats
    titles = [locality.described(layer).title for layer in shared_layers]
    layers = Text(**{lang: ', '.join(title.pick(lang) for title in titles) for lang in LANGUAGES})
    return [*caveats, OTHER_RELEASES.format(layers=layers)]


def _listed(differing: Sequence[dict[str, Any]]) -> Text:
    return Text(
        **{
            lang: '; '.join(
                f'{part["title"][lang]} ({part["before"][lang]} → {part["after"][lang]})' for part in differing
            )
            for lang in LANGUAGES
        }
    )


def _differing(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    return {
        name: [before.get(name), after.get(name)] for name in {**before, **after} if before.get(name) != after.get(name)
    }
