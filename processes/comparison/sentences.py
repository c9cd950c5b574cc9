"""What two results differ in, in sentences: the figures of the whole, then which features gained and lost."""

from collections.abc import Callable, Sequence
from typing import Any

from dothi.core.text import LANGUAGES, Lang, Text
from processes.comparison.matching import Matched, compared_properties
from processes.forms.figure import DIFFERENCE
from processes.forms.numbers import SHARE, format_number
from processes.outputs import Member, find_member, unit_for

MOST_FIGURES, MOST_NAMED = 8, 5
SAME = Text(vi='Hai kết quả không khác nhau ở số liệu nào.', en='The two results differ in no figure.')
_MORE = Text(vi='{title}: thêm {amount} ({before} → {after}).', en='{title}: {amount} more ({before} → {after}).')
_LESS = Text(vi='{title}: bớt {amount} ({before} → {after}).', en='{title}: {amount} less ({before} → {after}).')
_POINT = Text(vi='{number} điểm phần trăm', en='{number} percentage point')
_POINTS = Text(vi='{number} điểm phần trăm', en='{number} percentage points')
_MOVED = Text(
    vi='{title}: tăng ở {more} nơi, giảm ở {less} nơi; nhiều nhất ở {name} ({amount}).',
    en='{title}: more in {more}, less in {less}; most of all in {name} ({amount}).',
)
_NEWLY = Text(vi='{title}: {count} nơi mới đạt: {names}.', en='{title}: {count} newly so: {names}.')
_NO_MORE = Text(vi='{title}: {count} nơi không còn: {names}.', en='{title}: {count} no longer so: {names}.')
_ONLY = {
    'only_before': Text(vi='{count} nơi chỉ có trong kết quả trước.', en='{count} are in the earlier result only.'),
    'only_after': Text(vi='{count} nơi chỉ có trong kết quả sau.', en='{count} are in the later result only.'),
}


def in_both_languages(write: Callable[[Lang], str]) -> Text:
    """A text that is written for each language on its own."""
    return Text(**{lang: write(lang) for lang in LANGUAGES})


def figure_sentences(figures: Sequence[dict[str, Any]]) -> list[Text]:
    """A sentence for each figure of the whole that differs, the most telling first."""
    changed = [figure for figure in figures if figure['difference']]
    return [_figure_sentence(figure) for figure in changed[:MOST_FIGURES]]


def feature_sentences(
    matched: Sequence[Matched], members: Sequence[str], words: Sequence[str], declared: dict[str, Member]
) -> list[Text]:
    """Sentences on where the most telling member differs, who is newly so or no longer, and what one result lacks."""
    both = [pair for pair in matched if pair.state == 'both']
    sentences = [*_moved(both, members, declared)]
    for word in words:
        sentences += _turned(both, word, declared)
    for state, sentence in _ONLY.items():
        if count := sum(pair.state == state for pair in matched):
            sentences.append(sentence.format(count=count))
    return sentences


def _figure_sentence(figure: dict[str, Any]) -> Text:
    unit, change = figure['unit'], figure['difference']
    before, after = (_number(figure[side], unit) for side in ('before', 'after'))
    sentence = _MORE if change > 0 else _LESS
    return sentence.format(title=Text(**figure['title']), amount=_amount(abs(change), unit), before=before, after=after)


def _amount(value: float, unit: str | None) -> Text:
    """The size of a difference; of two shares it is in percentage points."""
    if unit == SHARE:
        number = in_both_languages(lambda lang: format_number(round(value * 100, 2), lang))
        return (_POINT if number.en == '1' else _POINTS).format(number=number)
    return _number(value, unit)


def _number(value: float, unit: str | None) -> Text:
    return in_both_languages(lambda lang: format_number(value, lang, unit))


def _moved(both: Sequence[Matched], members: Sequence[str], declared: dict[str, Member]) -> list[Text]:
    for member in members:
        changes = [(compared_properties(pair, [member], [])[member + DIFFERENCE] or 0, pair) for pair in both]
        most, where = max(changes, key=lambda change: abs(change[0]), default=(0, None))
        if where is not None and most:
            amount = _amount(abs(most), unit_for(member, declared))
            sign = '+' if most > 0 else '−'
            return [
                _MOVED.format(
                    title=title_of(member, declared),
                    more=sum(change > 0 for change, _ in changes),
                    less=sum(change < 0 for change, _ in changes),
                    name=label_of(where),
                    amount=Text(vi=f'{sign}{amount.vi}', en=f'{sign}{amount.en}'),
                )
            ]
    return []


def _turned(both: Sequence[Matched], word: str, declared: dict[str, Member]) -> list[Text]:
    sentences = []
    for now, sentence in ((True, _NEWLY), (False, _NO_MORE)):
        turned = [pair for pair in both if _value(pair.before, word) is (not now) and _value(pair.after, word) is now]
        if turned:
            more = ', …' if len(turned) > MOST_NAMED else ''
            names = ', '.join(map(label_of, turned[:MOST_NAMED])) + more
            sentences.append(sentence.format(title=title_of(word, declared), count=len(turned), names=names))
    return sentences


def _value(feature: Any, member: str) -> Any:
    return feature['properties'].get(member) if feature else None


def title_of(member: str, declared: dict[str, Member]) -> Text:
    """The title of a member as its analysis declares it; its name where it does not."""
    match = find_member(member, declared)
    return match.title if match else Text(vi=member, en=member)


def label_of(pair: Matched) -> str:
    """What people call a feature of both results."""
    name = _value(pair.after or pair.before, 'name')
    return str(name or pair.name)
