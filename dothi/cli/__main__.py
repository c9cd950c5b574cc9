"""`python -m dothi.cli`, as the installed command."""

from dothi.cli.app import main

main()
