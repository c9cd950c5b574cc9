"""What WMS and WMTS refuse, by the codes of their standards: a class is called as its code."""

from collections.abc import Iterable

from dothi.api.http.parameters import quote_parameter
from dothi.core.errors import WrongUse, did_you_mean


class OwsError(WrongUse):
    """A request that a standard has a code for. locator: the parameter that it is about."""

    def __init__(self, vi: str, en: str, locator: str = '') -> None:
        super().__init__(vi, en)
        self.locator = locator


class MissingParameterValue(OwsError):
    """A mandatory parameter is missing."""


class InvalidParameterValue(OwsError):
    """The value of a parameter cannot be read, or is none of those on offer."""


class OperationNotSupported(OwsError):
    """The service does not do what REQUEST asks for."""


class InvalidFormat(OwsError):
    """The format is not offered."""


class InvalidCRS(OwsError):
    """The coordinate system is not offered; WMS 1.1.1 calls it InvalidSRS."""


class LayerNotDefined(OwsError):
    """There is no layer of this name."""


class StyleNotDefined(OwsError):
    """The layer has no style of this name."""


class LayerNotQueryable(OwsError):
    """The layer has no features for GetFeatureInfo."""


class InvalidPoint(OwsError):
    """The point of GetFeatureInfo lies outside of the picture."""


class MissingDimensionValue(OwsError):
    """A dimension is there, but without its value."""


class InvalidDimensionValue(OwsError):
    """The value of a dimension cannot be read."""


class VersionNegotiationFailed(OwsError):
    """The service has none of the versions that the client accepts."""


class TileOutOfRange(OwsError):
    """The tile lies outside of its matrix, or of the layer's limits in it."""


class NotAcceptable(OwsError):
    """The client takes none of the media types in which the answer comes."""


def bad_value(error: type[OwsError], locator: str, text: str, vi: str, en: str) -> OwsError:
    """The error for the value of a parameter, which it repeats before the reason `vi` and `en`."""
    what = quote_parameter(locator, text)
    return error(f'{what}: {vi}', f'{what}: {en}', locator)


def unknown_value(error: type[OwsError], locator: str, text: str, offered: Iterable[str], vi: str, en: str) -> OwsError:
    """The error for a value that is none of `offered`, of which it names the nearest."""
    hint = did_you_mean(text, offered)
    return bad_value(error, locator, text, f'{vi} {hint.vi}', f'{en} {hint.en}')
