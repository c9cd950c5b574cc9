"""An analysis run by the workers of a test, as a request runs it."""

from dothi.core.layer import Audience
from processes.queue.manager import run_process


def execute(process_id: str, inputs: object, audience: Audience) -> bytes:
    """The raw form of the main output: a GeoJSON document in bytes, or what is in the file."""
    return run_process(process_id, inputs, audience).result.content()
