"""An agency is told to send, to correct and to ask; commands of the platform stand apart, and can be pasted."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

import etl
from dothi.cli.app import app
from dothi.core.errors import DataRefused
from dothi.core.locality import Locality
from dothi.core.row_faults import FAULT_KINDS
from dothi.core.text import Text, steward_advice
from etl.desk.held import WAITS_FOR, Reason, how_to_decide, how_to_insist
from etl.doctor.asking import perhaps, which_column
from etl.doctor.proposals import Proposal
from tests.etl.agency_words import OF_THE_PLATFORM, must_speak_to_agencies, texts_in_source
from tests.etl.conftest import Agency
from tests.present import present

ETL = Path(etl.__file__).parent
# What only a steward at the command line can meet.
FOR_STEWARDS = (
    'desk/data_requests.py', 'desk/delivery.py', 'desk/letter.py', 'desk/places_file.py', 'fetch', 'inbox/round.py',
    'pages', 'unit_outlines.py', 'unit_table.py',
)  # fmt: skip


def test_no_text_of_the_etl_tells_an_agency_of_the_platform() -> None:
    """Read from the source, so that a text that no test provokes is covered too."""
    texts = list(_texts())
    assert len(texts) > 250
    wrong = [f'{file}: {said}' for file, said in texts if OF_THE_PLATFORM.search(said)]
    assert wrong == []


def _texts() -> Iterator[tuple[str, str]]:
    return texts_in_source(ETL, FOR_STEWARDS)


def test_every_kind_of_fault_and_every_reason_to_wait_speaks_to_the_agency() -> None:
    must_speak_to_agencies(
        *(kind.title for kind in FAULT_KINDS.values()), *(kind.advice for kind in FAULT_KINDS.values())
    )
    must_speak_to_agencies(*WAITS_FOR.values())
    for reason in get_args(Reason):
        must_speak_to_agencies(how_to_decide(1, [reason]), how_to_insist([reason]))


def test_whoever_delivers_by_command_gets_the_option_too(database: dict[str, str], agency: Agency) -> None:
    """The same refusal: the receipt asks which column it is, the command line also names the option."""
    file = agency.geojson('t.geojson', [({'MA_TRUONG': 'a', 'CAP_HOC': 'primary'}, agency.point())])
    done = CliRunner().invoke(app, ['deliver', str(file), '--layer', 'schools'])
    assert isinstance(done.exception, DataRefused)
    must_speak_to_agencies(done.exception.text)
    assert '--column' in present(steward_advice(done.exception.text)).en


@pytest.mark.parametrize('name', ['Tên trường', "cột 'A'", 'a b', '$x; y', 'đường'])
def test_an_option_that_is_suggested_can_be_pasted(name: str, locality: Locality) -> None:
    proposal = Proposal(name, 'name', 0.9, Text(vi='', en=''))
    advice = perhaps(proposal), which_column([proposal], locality.layers['schools'])
    for text in advice:
        option = text.steward.en.removeprefix('If so: ').removesuffix('.')
        assert shlex.split(option) == ['--column', f'{name}=name']
