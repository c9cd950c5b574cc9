"""The command by which this installation is started, for messages that say what to do."""

from pathlib import Path

from dothi.core.settings import IN_REPOSITORY

# Docker, and Podman, put these into each container.
CONTAINER_MARKS = (Path('/.dockerenv'), Path('/run/.containerenv'))
TARGET_UNIT = Path('/etc/systemd/system/dothi.target')


def is_in_container() -> bool:
    """Whether this installation is that of a container image; a checkout in a container is not."""
    return not IN_REPOSITORY and any(mark.exists() for mark in CONTAINER_MARKS)


def start_command() -> str:
    """From a checkout, in a container, under systemd, or from a wheel."""
    if IN_REPOSITORY:
        return 'make up'
    if is_in_container():
        return 'docker compose up -d'
    if TARGET_UNIT.exists():
        return 'systemctl start dothi.target'
    return 'dothi up'
