"""What WMS and WMTS refuse, by the codes of their standards: a class is called as its code."""

from dothi.core.errors import WrongUse


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
    """The tile lies outside of its matrix."""
