"""What a job's status says of its inputs."""

from dothi.api.processes.status import as_sent


def test_inputs_are_told_as_a_client_may_send_them_again() -> None:
    whole = {'collection': 'roads', 'filter': None, 'datetime': None, 'features': None, 'job': None}
    kept = {
        'roads': whole,
        'stations': whole | {'filter': "kind = 'station'"},
        'minutes': None,
        'gaps': False,
        'depths_m': [0.2, 1.0],
        'more': [whole],
    }
    assert as_sent(kept) == {
        'roads': 'roads',
        'stations': {'collection': 'roads', 'filter': "kind = 'station'"},
        'gaps': False,
        'depths_m': [0.2, 1.0],
        'more': ['roads'],
    }
