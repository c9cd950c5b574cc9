"""What the documents, legends and signs of a style depend on: their ETags and the version of their addresses."""

from dothi.api.http.address import root_url
from dothi.api.http.caching import hash_of
from dothi.api.http.service import service
from dothi.api.http.versioned import version_of
from dothi.api.maps.edition import software_versions
from dothi.api.styles.offered import Styled, layer_styles, map_styles, paper_of
from dothi.api.tiles.changes import Version
from dothi.api.tiles.descriptions import tiles_version
from dothi.core.unit_codes import unit_layers_of


def style_version(styled: Styled) -> str:
    """Changes with the releases, which class limits and legend follow, with the style files and what draws tiles."""
    releases = sorted((release.layer_id, release.number) for release in styled.releases.values())
    # of the other styles a document names what there is to choose, and a legend lies on the lowest of them
    choices = [(drawing.layer.id, layer_styles(drawing.layer)) for drawing in styled.drawings]
    other_parts = (map_styles(), choices, paper_of(styled.id))
    return version_of(releases, styled.drawings, other_parts, tiles_of(styled), software_versions(), root_url())


def form_version(styled: Styled) -> str:
    """Changes with the units whose names a form has."""
    (drawing,) = styled.drawings
    units = unit_layers_of(drawing.layer.columns_for(service().audience), service().locality, service().audience)
    return hash_of(*(str(styled.releases[layer.id].number) for layer in units if layer.id in styled.releases))


def tiles_of(styled: Styled) -> str:
    """The version of the tiles of all its layers together; '' where it has none."""
    layers = tuple(drawing.layer for drawing in styled.drawings)
    return tiles_version(layers, [version_in(styled, layer.id) for layer in layers]) if layers else ''


def version_in(styled: Styled, layer_id: str) -> Version:
    """The release of the layer that the style draws."""
    release = styled.releases[layer_id]
    return Version(release.number, release.released_at)
