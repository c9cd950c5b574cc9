"""Words of the portal: each page has those that it says."""

import re

from dothi.core.settings import PROJECT
from dothi.core.text import LANGUAGES
from dothi.core.units import UNIT_WORDS

SOURCES = PROJECT / 'web' / 'src'
KEY, SAID = re.compile(r'^ {2}(\w+):', re.M), re.compile(r"say\('(\w+)'")


def keys_of(name: str) -> set[str]:
    return set(KEY.findall((SOURCES / 'messages' / f'{name}.ts').read_text(encoding='utf-8')))


def test_no_other_page_says_what_comes_with_the_pages_of_analyses() -> None:
    """They alone load `planning.*.ts`; elsewhere such a word would be missing: it belongs into vi.ts and en.ts."""
    theirs = keys_of('planning.vi') - keys_of('vi')
    assert len(theirs) > 100
    for file in SOURCES.rglob('*.ts*'):
        if file.parent.name not in ('planning', 'messages'):
            said = set(SAID.findall(file.read_text(encoding='utf-8')))
            assert said.isdisjoint(theirs), f'{file.relative_to(PROJECT)}: move {said & theirs} to vi.ts and en.ts'


def test_the_portal_has_the_words_for_units_that_papers_have() -> None:
    """A number with another unit on the screen than in its report would look like another number."""
    for lang in LANGUAGES:
        text = (SOURCES / 'messages' / f'{lang}.ts').read_text(encoding='utf-8')
        for unit, words in UNIT_WORDS.items():
            assert f"  unit_{unit}: '{words.pick(lang)}',\n" in text, (lang, unit)
