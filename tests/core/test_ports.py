"""A port that is free now is still free when a service takes it."""

from dothi.core.ports import OUTGOING, free_port


def test_no_outgoing_connection_is_given_a_port_that_is_called_free() -> None:
    lowest, highest = map(int, OUTGOING.read_text(encoding='ascii').split())
    assert not [port for port in (free_port() for _ in range(50)) if lowest <= port <= highest]
