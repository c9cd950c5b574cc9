"""Slides of a page: each heading with what stands below it is a slide, all in one HTML file that loads nothing else."""

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markdown_it import MarkdownIt
from markdown_it.token import Token

HERE = Path(__file__).parent
OTHER_LANGUAGE = re.compile(r'^\[(English|Tiếng Việt)]\(.+\)$', re.M)
ANSWERS = ('Answers', 'Lời giải')
# what stands in a page as HTML stays text
MARKDOWN = MarkdownIt('commonmark', {'html': False}).enable('table')
TEMPLATES = Environment(loader=FileSystemLoader(HERE), autoescape=select_autoescape(['j2']))


def write_slides(page: Path, file: Path) -> Path:
    """The slides of a page of docs/training/, one for each heading, in its language."""
    slides = slides_of(page.read_text(encoding='utf-8'))
    lang = 'vi' if page.name.endswith('.vi.md') else 'en'
    text = TEMPLATES.get_template('slides.html.j2').render(slides=slides, lang=lang, title=title_of(page))
    file.write_text(text, encoding='utf-8')
    return file


def slides_of(text: str) -> list[str]:
    """HTML of each slide, in order; the answers are left out, as a room would read them too early."""
    parts: list[list[Token]] = []
    for token in MARKDOWN.parse(OTHER_LANGUAGE.sub('', text)):
        if token.type == 'heading_open':
            parts.append([])
        parts[-1].append(token)
    shown = [part for part in parts if part[1].content not in ANSWERS]
    return [MARKDOWN.renderer.render(list(map(without_links, part)), MARKDOWN.options, {}) for part in shown]


def without_links(token: Token) -> Token:
    """The token with the words of its links alone: where slides are shown, other pages are not."""
    if token.children:
        token.children = [child for child in token.children if child.type not in {'link_open', 'link_close'}]
    return token


def title_of(page: Path) -> str:
    """The first heading of the page."""
    return page.read_text(encoding='utf-8').partition('\n')[0].removeprefix('# ')
