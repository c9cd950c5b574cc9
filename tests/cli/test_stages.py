"""Each stage that long work tells of has words in both languages, so that its bar has a title."""

import re

from dothi.cli.output import STAGES
from dothi.core.settings import PROJECT

STAGE = re.compile(r"progress\(\s*f?'([\w:]+)")


def test_every_stage_of_long_work_has_words() -> None:
    files = [file for room in ('dothi', 'etl', 'demo') for file in (PROJECT / room).rglob('*.py')]
    stages = {stage for file in files for stage in STAGE.findall(file.read_text(encoding='utf-8'))}
    assert {'stage', 'release', 'another'} <= stages
    assert stages - STAGES.keys() == set(), 'add their words to STAGES (dothi/cli/output.py)'
