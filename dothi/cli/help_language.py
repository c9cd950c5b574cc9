"""The language of help: `--lang` is read before anything is shown, and of `Vietnamese · English` one half stays."""

import os
import re
from typing import Any

from typer import Context, rich_utils

from dothi.core.reader_language import pick_text, pick_words
from dothi.core.text import HALVES, split_halves

WRITTEN = re.compile(r'--lang(?:=(.*))?')


def set_language(arguments: list[str]) -> None:
    """Moves `--lang` to the front of the command line, wherever it stands, and lets it decide for this process."""
    for place, argument in enumerate(arguments):
        if argument == '--':
            return
        if match := WRITTEN.fullmatch(argument):
            end = place + (1 if match[1] is not None else 2)
            value = match[1] if match[1] is not None else next(iter(arguments[place + 1 : end]), None)
            if value is None:
                return
            del arguments[place:end]
            arguments[1:1] = ['--lang', value]
            os.environ['DOTHI_LANG'] = value
            return


def translate_help(command: Any) -> Any:
    """`command` with its help, that of its options and that of its commands in the reader's language."""
    command.help, command.short_help = _half(command.help), _half(command.short_help)
    for parameter in command.params:
        parameter.help = _half(getattr(parameter, 'help', None))
        parameter.metavar = _half(parameter.metavar)
    _translate_usage(command)
    help_option = command.get_help_option(Context(command))
    if help_option is not None:
        help_option.help = pick_words('Hiện hướng dẫn này rồi kết thúc.', 'Show this message and exit.')
    for below in getattr(command, 'commands', {}).values():
        translate_help(below)
    return command


def _translate_usage(command: Any) -> None:
    """Give the line that begins with "Usage:" the reader's language; typer writes it in English."""
    command.options_metavar = pick_words('[TÙY CHỌN]', '[OPTIONS]')
    if hasattr(command, 'subcommand_metavar'):
        command.subcommand_metavar = pick_words('LỆNH [ĐỐI SỐ]...', 'COMMAND [ARGS]...')
    in_english = command.get_usage

    def usage(context: Context) -> str:
        return str(in_english(context)).replace('Usage:', pick_words('Cách dùng:', 'Usage:'), 1)

    command.get_usage = usage


def translate_frame() -> None:
    """Gives what typer writes around help in English the reader's language."""
    rich_utils.ARGUMENTS_PANEL_TITLE = pick_words('Đối số', 'Arguments')
    rich_utils.OPTIONS_PANEL_TITLE = pick_words('Tùy chọn', 'Options')
    rich_utils.COMMANDS_PANEL_TITLE = pick_words('Lệnh', 'Commands')
    rich_utils.DEFAULT_STRING = pick_words('[mặc định: {}]', '[default: {}]')
    rich_utils.REQUIRED_LONG_STRING = pick_words('[bắt buộc]', '[required]')


def _half(text: str | None) -> str | None:
    if text is None:
        return None
    return pick_text(split_halves(text)) if HALVES.search(text) else text
