"""Query parameters, each declared once: how a request is read by it, and what the OpenAPI document says of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from flask import g, request
from werkzeug.datastructures import MultiDict

from dothi.api.http.offer import Offer
from dothi.core.errors import WrongUse, did_you_mean
from dothi.core.text import LANGUAGES, Lang, Text

# No more of a value than this is repeated in an error.
QUOTED_LENGTH = 100

type Schema = dict[str, Any]
# The value, or how it follows from what the service offers.
type ByOffer[T] = T | Callable[[Offer], T]


class UnknownParameter(WrongUse):
    """A query parameter that this resource does not have."""


class BadParameter(WrongUse):
    """A query parameter whose value cannot be read."""


@dataclass(frozen=True, eq=False)
class Parameter[T]:
    """A parameter of an operation.

    parse: the value that a name and a text stand for; raises BadParameter. schema, description, example: as the
    OpenAPI document has them. repeatable: several values may come as several parameters. place: where the parameter
    stands; only those of the query are read here. required: of the query; the view refuses a request without it.
    """

    name: str
    parse: Callable[[str, str], T]
    schema: ByOffer[Schema]
    description: ByOffer[Text]
    example: ByOffer[Any] = None
    repeatable: bool = False
    place: Literal['query', 'path', 'header'] = 'query'
    required: bool = False

    @property
    def is_present(self) -> bool:
        """Whether the current request has the parameter, with or without a value."""
        return self.name in request_parameters()

    @property
    def text(self) -> str:
        """The value as the current request writes it, several with commas between them; '' where it is left out."""
        arguments = request_parameters()
        if self.name not in arguments:
            return ''
        texts = [text.strip() for text in arguments.getlist(self.name)]
        return ','.join(filter(None, texts)) if self.repeatable else next(iter(texts), '')

    def read(self) -> T | None:
        """The value in the current request; None where the parameter is left out or empty. Raises as `parse` does."""
        text = self.text
        return self.parse(self.name, text) if text else None

    def describe(self, offer: Offer) -> dict[str, Any]:
        """The parameter object of the OpenAPI document, its texts in both languages."""
        example = self.example(offer) if callable(self.example) else self.example
        return {
            'name': self.name,
            'in': self.place,
            'description': self.description(offer) if callable(self.description) else self.description,
            'required': self.required or self.place == 'path',
            'schema': self.schema(offer) if callable(self.schema) else self.schema,
            **({'style': 'form', 'explode': self.repeatable} if self.place == 'query' else {}),
            **({} if example is None else {'example': example}),
        }


def in_path(
    name: str, description: Text, schema: ByOffer[Schema] | None = None, example: ByOffer[Any] = None
) -> Parameter[str]:
    """A parameter within the path; its view reads it."""
    return Parameter(name, plain_text, schema or {'type': 'string'}, description, example, place='path')


def in_header(
    name: str, description: Text, schema: ByOffer[Schema] | None = None, example: str | None = None
) -> Parameter[str]:
    """A header of a request that the OpenAPI document names; its view reads it."""
    return Parameter(name, plain_text, schema or {'type': 'string'}, description, example, place='header')


def plain_text(_name: str, text: str) -> str:
    """The text as it is, for a parameter whose meaning depends on more than itself."""
    return text


def request_parameters() -> MultiDict[str, str]:
    """The parameters of the current request: of its query string, and of its body where that is a query."""
    arguments: MultiDict[str, str] | None = g.get('parameters')
    if arguments is None:
        arguments = g.parameters = request.args
    return arguments


def replace_parameters(arguments: MultiDict[str, str]) -> None:
    """Makes `arguments` the parameters of the current request."""
    g.parameters = arguments
    # it was chosen by the parameters that were there before
    g.pop('language', None)


def quote_parameter(name: str, text: str) -> str:
    """`name=value` as an error repeats it."""
    return f'{name}={text}' if len(text) <= QUOTED_LENGTH else f'{name}={text[:QUOTED_LENGTH]}…'


def bad_value(name: str, text: str, vi: str, en: str, error: type[WrongUse] = BadParameter) -> WrongUse:
    """The error for a value, which it repeats before the reason `vi` and `en`."""
    what = quote_parameter(name, text)
    return error(vi=f'{what}: {vi}', en=f'{what}: {en}')


def unknown_value(
    name: str, text: str, offered: Iterable[str], vi: str, en: str, error: type[WrongUse] = BadParameter
) -> WrongUse:
    """The error for a value that is none of `offered`, of which it names the nearest."""
    hint = did_you_mean(text, offered)
    return bad_value(name, text, f'{vi} {hint.vi}', f'{en} {hint.en}', error)


def refuse_unknown(parameters: Iterable[Parameter[Any]]) -> None:
    """Raises UnknownParameter, with the nearest known name, for any other parameter; BadParameter for a NUL in a value,
    for a parameter that is given twice, with two values, unless it is repeatable, and for an unknown language.
    """
    by_name = {parameter.name: parameter for parameter in parameters}
    arguments = request_parameters()
    if LANG.name in by_name:
        LANG.read()
    for name, value in arguments.items(multi=True):
        if name not in by_name:
            what = name[:QUOTED_LENGTH]
            raise UnknownParameter.with_suggestion(
                name, by_name, vi=f'Không có tham số "{what}".', en=f'There is no parameter "{what}".'
            )
        if '\x00' in value:
            raise BadParameter(vi=f'{name}: chứa ký tự NUL.', en=f'{name}: contains the character NUL.')
        if value != arguments[name] and not by_name[name].repeatable:
            raise BadParameter(vi=f'{name}: có hai giá trị khác nhau.', en=f'{name}: is given twice, with two values.')


def parse_language(name: str, text: str) -> Lang:
    """The language that a text such as `en` or `en-GB` names; raises BadParameter."""
    spoken = [lang for lang in LANGUAGES if text.lower().split('-')[0] == lang]
    if not spoken:
        raise unknown_value(name, text, LANGUAGES, 'không có ngôn ngữ này.', 'there is no such language here.')
    return spoken[0]


LANG = Parameter(
    'lang',
    parse_language,
    {'type': 'string', 'enum': [*LANGUAGES], 'default': LANGUAGES[0]},
    Text(vi='Ngôn ngữ; nếu không có thì theo Accept-Language.', en='Language; else by the header Accept-Language.'),
)
# Every resource takes it: it also decides over the form of an error.
F = Parameter(
    'f',
    plain_text,
    {'type': 'string'},
    Text(
        vi='Định dạng; nếu không có thì theo đầu đề Accept.',
        en='Format of the answer; without it, by the header Accept.',
    ),
)
COMMON: tuple[Parameter[Any], ...] = (F, LANG)


def in_formats(
    formats: Iterable[str] = ('json', 'html'), parameters: Iterable[Parameter[Any]] = COMMON
) -> list[Parameter[Any]]:
    """`parameters` of a resource in these formats, of which the first is the default."""
    schema = {'type': 'string', 'enum': [*formats]}
    return [replace(parameter, schema=schema) if parameter is F else parameter for parameter in parameters]
