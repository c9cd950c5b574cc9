"""Why a file is not read at all."""

from dothi.core.errors import DataRefused, NotFound
from dothi.core.numbers import number_vi

MOST_LAYERS = 500


class NoSuchFile(NotFound):
    """There is no file of this name."""


class UnknownFormat(DataRefused):
    """The file's format is not one that is read."""


class InUse(DataRefused):
    """A program has the file open, and holds back a part of it."""


class EmptyFile(DataRefused):
    """The file has no bytes, or no rows."""


class UnreadableFile(DataRefused):
    """The file is not what its name says, or it is damaged."""


class ForeignReference(DataRefused):
    """The file would have other files or addresses opened, and a delivery has to stand alone."""


class TooLarge(DataRefused):
    """The file, unpacked, is larger than what is read of its kind."""


class TooSlow(DataRefused):
    """Reading the file takes more time than a file of its size may."""


class ReaderCrashed(DataRefused):
    """The process that read the file died of it."""


class MissingPart(DataRefused):
    """A file that goes with the delivered one, and without which it cannot be read, is not there."""


class BadArchive(DataRefused):
    """The archive is damaged, encrypted, or built to do harm."""


class NoLayerInFile(DataRefused):
    """The file has no layer, or none that fits."""


class LayerNotStored(DataRefused):
    """The layer that is meant is no table of stored rows."""


class AmbiguousLayer(DataRefused):
    """Several layers of the file could be meant."""


class TooManyLayers(TooLarge):
    """A file of so many layers that looking into each takes longer than a file may."""


class NoCoordinates(DataRefused):
    """A table without columns that hold coordinates."""


def must_have_few_layers(name: str, layers: int) -> None:
    """Raises TooManyLayers; each layer is opened to be described, which takes a GeoPackage some 10 ms."""
    if layers > MOST_LAYERS:
        raise TooManyLayers(
            vi=f'{name} có {number_vi(layers)} lớp, quá mức {MOST_LAYERS}. '
            'Xuất riêng lớp cần gửi thành một tệp rồi gửi lại.',
            en=f'{name} has {layers:,} layers, more than {MOST_LAYERS}. '
            'Export the layer that is meant as a file, and send that.',
        )
