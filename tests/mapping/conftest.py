"""The small demo province, to draw pictures of."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dothi.cartography.mapping.pool import renderers
from dothi.core import database as core_database
from dothi.core.locality import Locality
from tests.conftest import Instance, use


@pytest.fixture(scope='module')
def drawn_province(
    instance: Instance, province_template: str, shared_folder: Path, locality: Locality
) -> Iterator[Locality]:
    """The locality, on a copy of the demo province that nothing runs on and no test changes."""
    name = 'pictures'
    environment = instance.environment(instance.create(name, province_template), shared_folder / 'province-template')
    with pytest.MonkeyPatch.context() as patch:
        use(patch, environment)
        yield locality
        renderers().end()
        core_database.fresh()
    instance.drop(name)
