"""What an agency may put into its folder, and how much of a layer it then speaks for."""

from dothi.core.coverage import Coverage
from dothi.core.layer import Layer
from dothi.core.locality import Locality


def sendable(agency: str, locality: Locality) -> dict[str, Layer | Coverage]:
    """The layers and coverages that the agency supplies; a unit's office may supply its part of every layer.

    What a process makes is supplied by nobody.
    """
    layers = {name: layer for name, layer in locality.layers.items() if layer.made_by is None}
    every: dict[str, Layer | Coverage] = {**layers, **locality.coverages}
    own = {name: described for name, described in every.items() if described.agency == agency}
    return own | (layers if locality.agencies[agency].unit_code else {})


def scope_of(agency: str, layer: str, locality: Locality) -> str:
    """`unit=CODE` where a unit's office sends its part of somebody else's layer, else `all`."""
    code = locality.agencies[agency].unit_code
    return f'unit={code}' if code and locality.described(layer).agency != agency else 'all'
