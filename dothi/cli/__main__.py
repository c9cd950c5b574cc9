"""The installed command, and `python -m dothi.cli`."""

import signal

from dothi.core.allocator import share_arena


def main() -> None:
    """Run the command; until its libraries are imported, Ctrl-C ends it without a word."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    share_arena()
    from dothi.cli.app import main as run_app

    run_app()


if __name__ == '__main__':
    main()
