"""What the pages of courses say: their parts, steps, timetable and answers."""

import re
from dataclasses import dataclass

from markdown_it import MarkdownIt

from dothi.core.settings import PROJECT

FOLDER = PROJECT / 'docs' / 'training'
COURSES = ('gis-staff', 'web-developers', 'planners', 'focal-points')
PAGES = (*COURSES, 'trainer')
HEADINGS = {
    'en': (
        'What you will be able to do', 'What you need', 'Timetable',
        'Exercises', 'When something goes wrong', 'Answers',
    ),
    'vi': ('Sau khóa học bạn làm được', 'Cần chuẩn bị', 'Thời gian', 'Bài tập', 'Khi có trục trặc', 'Lời giải'),
}  # fmt: skip
SEPARATOR = {'en': ',', 'vi': '.'}
ITEM, BOLD, CODE = re.compile(r'^\d+\. (.*(?:\n {3}.*)*)', re.M), re.compile(r'\*\*(.+?)\*\*'), re.compile(r'`([^`]+)`')
LANGUAGE, FENCED = re.compile(r'\?lang=(vi|en)'), re.compile(r'^ *```(.*?)^ *```', re.M | re.S)
TABLE_ROW = re.compile(r'^\| (\d+) \| (.+) \|$', re.M)


@dataclass(frozen=True)
class CoursePage:
    """A course in a language: its text, and its parts by their headings."""

    lang: str
    text: str

    @property
    def parts(self) -> dict[str, str]:
        """Text by heading of the second level, in order."""
        pieces = re.split(r'^## (.+)\n', self.text, flags=re.M)[1:]
        return dict(zip(pieces[::2], pieces[1::2], strict=True))

    def part(self, english_heading: str) -> str:
        """The part that every course has under this heading."""
        return self.parts[HEADINGS[self.lang][HEADINGS['en'].index(english_heading)]]

    @property
    def lessons(self) -> dict[str, str]:
        """The numbered parts, with the steps."""
        return {heading: text for heading, text in self.parts.items() if heading[0].isdigit()}

    @property
    def minutes(self) -> list[tuple[int, str]]:
        """The timetable."""
        return [(int(number), what) for number, what in TABLE_ROW.findall(self.part('Timetable'))]

    @property
    def answers(self) -> list[list[str]]:
        """What stands in bold in each answer, with numbers as programs write them."""
        return [[self.plain(each) for each in BOLD.findall(answer)] for answer in items(self.part('Answers'))]

    def plain(self, words: str) -> str:
        """`1,380` of English and `1.380` of Vietnamese as 1380; a decimal has a point."""
        text = re.sub(rf'(?<=\d)\{SEPARATOR[self.lang]}(?=\d{{3}}\b)', '', words)
        return re.sub(r'(?<=\d),(?=\d)', '.', text) if self.lang == 'vi' else text

    @property
    def tokens(self) -> list[str]:
        """Kinds of its blocks, in order: two languages of a page have the same."""
        return [token.type for token in MarkdownIt('commonmark').enable('table').parse(self.text)]


def course_page(course: str, lang: str) -> CoursePage:
    """The page of a course."""
    name = f'{course}.vi.md' if lang == 'vi' else f'{course}.md'
    return CoursePage(lang, (FOLDER / name).read_text(encoding='utf-8'))


def items(text: str) -> list[str]:
    """The entries of a numbered list."""
    return [item.replace('\n   ', ' ') for item in ITEM.findall(text)]


def codes(text: str) -> list[str]:
    """What stands as code within lines, in order, whatever the language in an address."""
    return CODE.findall(LANGUAGE.sub('', FENCED.sub('', text)))


def blocks(text: str) -> list[str]:
    """What stands between fences, in order: commands."""
    return FENCED.findall(text)
