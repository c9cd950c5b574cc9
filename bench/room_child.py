"""Checks files one after the other in one process, behind the walls or without them, and prints the seconds of each.

python -m bench.room_child walls|shared|bare ROUNDS LAYER FILE...
"""

import json
import sys
import time
from pathlib import Path

from etl.closed_room.fork_server import share, warm_up


def main(mode: str, rounds: int, layer: str, files: list[Path]) -> None:
    """One JSON object: for each file the seconds of each round."""
    if mode == 'walls':
        # as the command does, before it imports what it needs itself
        warm_up()
    import etl.inspecting
    from dothi.core.locality import load_locality
    from dothi.core.settings import PathSettings
    from etl.desk import deliver
    from etl.desk.options import DeliveryOptions
    from etl.formats.opening import open_source

    if mode == 'bare':
        # the very readers that work behind the walls, in this process, and no fork server
        vars(etl.inspecting)['open_source'] = open_source
        vars(deliver)['warm_up'] = lambda: None
    locality = load_locality(PathSettings().locality)
    if mode == 'shared':
        # as the worker of a running instance does
        share(locality.place.crs)
    options = DeliveryOptions(layer=layer, dry_run=True, crs='EPSG:9209')
    seconds: dict[str, list[float]] = {file.name: [] for file in files}
    for _ in range(rounds):
        for file in files:
            started = time.perf_counter()
            deliver.deliver(file, options, locality)
            seconds[file.name].append(time.perf_counter() - started)
    print(json.dumps(seconds))


if __name__ == '__main__':
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], [Path(name) for name in sys.argv[4:]])
