"""A client over HTTP is told what it can do; settings, commands and files of the platform are for the log."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import dothi.api
import processes
from tests.etl.agency_words import OF_THE_PLATFORM, texts_in_source

# Texts for whoever writes the files of the locality, and constants that are handed on as `steward=`.
FOR_STEWARDS = ('evaluation/figures.py', 'forms/own_layer.py', 'indicators.py', 'mail/faults.py', 'queue/reasons.py')


def test_no_text_of_the_services_speaks_of_settings_or_commands() -> None:
    """Read from the source, so that a text that no test provokes is covered too."""
    texts = [
        *texts_in_source(Path(dothi.api.__path__[0]), ()),
        *texts_in_source(Path(processes.__path__[0]), FOR_STEWARDS),
    ]
    assert len(texts) > 1_000
    wrong = [f'{file}: {text}' for file, text in texts if OF_THE_PLATFORM.search(text)]
    assert wrong == [], 'say what a client can do, and hand the rest on as steward='


def test_what_a_steward_can_do_about_a_refusal_is_in_the_log(
    client: Callable[..., FlaskClient], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, 'dothi.api'):
        refused = client().get('/api', headers={'Host': 'elsewhere.example'})
    assert refused.status_code == 421
    assert 'DOTHI_HOSTS' not in refused.get_data(as_text=True)
    (line,) = [record.getMessage() for record in caplog.records if record.name == 'dothi.api']
    assert 'DOTHI_HOSTS' in line
