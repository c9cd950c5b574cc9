"""Why text is not read."""

from dothi.core.errors import DataRefused, HeldForDecision


class UnknownEncoding(DataRefused):
    """The name of a text encoding that is not known."""


class WrongEncoding(DataRefused):
    """The text is not in the encoding in which it was read."""


class UndecidedEncoding(HeldForDecision):
    """The bytes of a column fit several encodings and nothing tells them apart."""
