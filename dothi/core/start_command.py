"""The command by which this installation is started, for messages that say what to do."""

from pathlib import Path

from dothi.core.settings import IN_REPOSITORY

# Docker, and Podman, put these into each container.
CONTAINER_MARKS = (Path('/.dockerenv'), Path('/run/.containerenv'))
TARGET_UNIT = Path('/etc/systemd/system/dothi.target')


def start_command() -> str:
    """From a checkout, in a container, under systemd, or from a wheel."""
    if IN_REPOSITORY:
        return 'make up'
    if any(mark.exists() for mark in CONTAINER_MARKS):
        return 'docker compose up -d'
    if TARGET_UNIT.exists():
        return 'systemctl start dothi.target'
    return 'dothi up'
