"""The parameters of a request for WMS or WMTS: names in any case, errors by the standards' codes."""

import math
import re
from collections.abc import Iterable, Iterator

from dothi.api.http.parameters import NUMBER, WHOLE, quote_parameter
from dothi.api.ows.errors import InvalidParameterValue, MissingParameterValue

BACKGROUND = re.compile(r'(?:0[xX]|#)?([0-9a-fA-F]{6})')


class OwsParameters:
    """What a request asks for. A parameter that is there without a value counts as left out."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Raises InvalidParameterValue for a NUL, and for a parameter that has two values."""
        self._values: dict[str, str] = {}
        for name, value in pairs:
            first = self._values.setdefault(name.upper(), value)
            if first != value or '\x00' in value:
                what = quote_parameter(name, value).replace('\x00', '')
                raise InvalidParameterValue(
                    vi=f'{what}: có ký tự NUL hoặc có hai giá trị khác nhau.',
                    en=f'{what}: contains the character NUL, or is given twice with two values.',
                    locator=name.upper(),
                )

    def __contains__(self, name: str) -> bool:
        """Whether the request has the parameter, with or without a value."""
        return name in self._values

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """The names of the parameters in capitals, with their values."""
        return iter(self._values.items())

    def text(self, name: str, default: str = '') -> str:
        """The value of the parameter, or `default` where it is left out."""
        return self._values.get(name, '').strip() or default

    def required(self, name: str) -> str:
        """The value of the parameter; raises MissingParameterValue where it is left out."""
        value = self.text(name)
        if not value:
            raise MissingParameterValue(
                vi=f'Thiếu tham số {name}.', en=f'The parameter {name} is missing.', locator=name
            )
        return value

    def either(self, *names: str) -> str:
        """The value under the first of `names` that has one; raises MissingParameterValue that speaks of the first."""
        values = [value for name in names if (value := self.text(name))]
        return values[0] if values else self.required(names[0])

    def names(self, name: str) -> list[str]:
        """Parse a comma-separated list of names; an empty name stays in its place."""
        return [part.strip() for part in self._values.get(name, '').split(',')]

    def whole(self, name: str, least: int, default: int | None = None) -> int:
        """Parse a whole number that is not less than `least`."""
        text = self.required(name) if default is None else self.text(name, str(default))
        if not WHOLE.fullmatch(text) or len(text) > 9 or int(text) < least:
            raise InvalidParameterValue(
                vi=f'{quote_parameter(name, text)}: phải là số nguyên từ {least} trở lên.',
                en=f'{quote_parameter(name, text)}: must be a whole number, {least} or more.',
                locator=name,
            )
        return int(text)

    def numbers(self, name: str, count: int) -> list[float]:
        """Parse a comma-separated list of exactly `count` finite numbers."""
        text = self.required(name)
        parts = [part.strip() for part in text.split(',')]
        numbers = [float(part) for part in parts if NUMBER.fullmatch(part)]
        if len(parts) != count or len(numbers) != count or not all(map(math.isfinite, numbers)):
            raise InvalidParameterValue(
                vi=f'{quote_parameter(name, text)}: cần {count} số, cách nhau bằng dấu phẩy.',
                en=f'{quote_parameter(name, text)}: {count} numbers are needed, separated by commas.',
                locator=name,
            )
        return numbers

    def yes(self, name: str) -> bool:
        """Parse TRUE or FALSE; False where the parameter is left out."""
        text = self.text(name, 'FALSE').upper()
        if text not in {'TRUE', 'FALSE'}:
            raise InvalidParameterValue(
                vi=f'{quote_parameter(name, text)}: phải là TRUE hoặc FALSE.',
                en=f'{quote_parameter(name, text)}: must be TRUE or FALSE.',
                locator=name,
            )
        return text == 'TRUE'

    def colour(self, name: str, default: str) -> str:
        """Parse a colour `0xRRGGBB` and return it as `#rrggbb`."""
        text = self.text(name, default)
        match = BACKGROUND.fullmatch(text)
        if not match:
            raise InvalidParameterValue(
                vi=f'{quote_parameter(name, text)}: viết màu là 0xRRGGBB.',
                en=f'{quote_parameter(name, text)}: write a colour as 0xRRGGBB.',
                locator=name,
            )
        return f'#{match[1].lower()}'
