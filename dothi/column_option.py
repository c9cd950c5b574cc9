"""The option --column, which several commands take."""

from typing import Annotated

import typer

from dothi.core.errors import WrongUse

Columns = Annotated[
    list[str] | None,
    typer.Option(
        '--column',
        metavar='CỘT=TÊN',
        help="Cột của tệp là cột nào của lớp, lặp lại được · Which of the layer's columns one of the file is: "
        'TEN_GOI=name; repeatable, and remembered for the agency.',
    ),
]


def pairs(given: list[str] | None) -> dict[str, str]:
    """The file's name of a column to the layer's; raises WrongUse for what is no such pair."""
    found: dict[str, str] = {}
    for text in given or []:
        source, named, name = text.rpartition('=')
        if not named or not source.strip() or not name.strip():
            raise WrongUse(
                vi=f'--column {text}: viết là CỘT=TÊN, chẳng hạn --column TEN_GOI=name.',
                en=f'--column {text}: write SOURCE=NAME, such as --column TEN_GOI=name.',
            )
        found[source.strip()] = name.strip()
    return found
