"""The `dothi` command: which file has which command. A command's libraries are imported when it is called.

Each command's docstring and each option's help is written in both languages, `Vietnamese · English`; the help shows the
reader's (`help_language.py`).
"""

import os
import pkgutil
import sys
from collections import UserDict
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from dothi import __version__
from dothi.cli.ending import require_own_state, run
from dothi.cli.help_language import set_language, translate_frame, translate_help
from dothi.core.accounts import become, service_account, write_as
from dothi.core.settings import PathSettings
from dothi.core.text import Lang
from dothi.local.service_user import prepare_service_user
from dothi.local.systemd.settings_file import take_service_settings

# These look, or change the machine, and leave the state folder as it is.
FOR_ROOT = {'config', 'doctor', 'install-service', 'status'}
# These begin an instance, also on a machine that never had one.
BEGINNING = {'up', 'database', 'standby', 'restore'}
# These are the services themselves, of somebody who watches over them.
SERVICES = {'serve', 'worker', 'inbox', 'database'}
# In the order of the list of commands.
COMMANDS = {
    'up': 'dothi.cli.instance:up',
    'down': 'dothi.cli.instance:down',
    'status': 'dothi.cli.instance:status',
    'migrate': 'dothi.cli.catalogue:migrate',
    'check': 'dothi.cli.delivery:check',
    'deliver': 'dothi.cli.delivery:deliver',
    'releases': 'dothi.cli.catalogue:releases',
    'serve': 'dothi.cli.instance:serve',
    'worker': 'dothi.cli.instance:worker',
    'database': 'dothi.cli.instance:database',
    'doctor': 'dothi.cli.doctor:doctor',
    'install-service': 'dothi.cli.install_service:install_service',
    'config': 'dothi.cli.instance:config',
    'demo': 'dothi.cli.demo:demo_app',
    'conflicts': 'dothi.cli.conflicts:conflicts_app',
    'deliveries': 'dothi.cli.desk:deliveries',
    'delivery': 'dothi.cli.desk:delivery',
    'accept': 'dothi.cli.desk:accept',
    'return': 'dothi.cli.desk:return_',
    'rollback': 'dothi.cli.desk:rollback',
    'edits': 'dothi.cli.edits:edits',
    'export': 'dothi.cli.export:export',
    'fetch': 'dothi.cli.fetch:fetch',
    'diff': 'dothi.cli.diff:diff',
    'receipt': 'dothi.cli.receipt:receipt',
    'inbox': 'dothi.cli.inbox:inbox',
    'indicators': 'dothi.cli.indicators:indicators',
    'map': 'dothi.cli.map:map_',
    'own': 'dothi.cli.own:own_app',
    'units': 'dothi.cli.units:units',
    'geocode': 'dothi.cli.addresses:geocode',
    'places': 'dothi.cli.addresses:places',
    'template': 'dothi.cli.template:template',
    'requests': 'dothi.cli.requests:requests_app',
    'qgis': 'dothi.cli.qgis:qgis_app',
    'people': 'dothi.cli.people:people_app',
    'access': 'dothi.cli.access:access_app',
    'audit': 'dothi.cli.audit:audit_app',
    'mail': 'dothi.cli.mail:mail_app',
    'backup': 'dothi.cli.backup:backup_app',
    'standby': 'dothi.cli.standby:standby_app',
    'restore': 'dothi.cli.restore:restore_command',
    'new-locality': 'dothi.cli.new_locality:new_locality',
}
RICH: Any = {'add_completion': False, 'pretty_exceptions_enable': False, 'rich_markup_mode': 'rich'}


class CommandTable(UserDict[str, Any]):
    """The commands by their names; each is imported when it is looked up."""

    def __getitem__(self, name: str) -> Any:
        target = pkgutil.resolve_name(self.data[name])
        if isinstance(target, typer.Typer):
            command: Any = typer.main.get_group(target)
        else:
            alone = typer.Typer(**RICH)
            alone.command(name)(target)
            command = typer.main.get_command(alone)
        command.name = name
        return translate_help(command)


class LazyGroup(TyperGroup):
    """A group whose commands come from COMMANDS."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        translate_help(self)
        self.commands = CommandTable(COMMANDS)


app = typer.Typer(name='dothi', cls=LazyGroup, no_args_is_help=True, **RICH)


def show_version(is_wanted: bool) -> None:
    """Print the version, and end."""
    if is_wanted:
        typer.echo(f'dothi {__version__}')
        raise typer.Exit


@app.callback()
def group(
    context: typer.Context,
    lang: Annotated[  # noqa: ARG001  # read by help_language.py before
        Lang | None,
        typer.Option(
            help='Ngôn ngữ hiển thị; mặc định theo DOTHI_LANG, rồi theo máy, rồi tiếng Việt. · '
            'Language; DOTHI_LANG, else that of the locale, else Vietnamese.'
        ),
    ] = None,
    version: Annotated[  # noqa: ARG001  # its callback shows it
        bool, typer.Option('--version', is_eager=True, callback=show_version, help='Phiên bản. · Version.')
    ] = False,
) -> None:
    """Nền tảng dữ liệu không gian đô thị. · A geospatial data platform for a province."""
    if os.geteuid() == 0 and '--help' not in sys.argv:
        _work_as_owner(context.invoked_subcommand or '')


def _work_as_owner(command: str) -> None:
    """Of root's command: the user of the services has what it writes, and is who it runs as where it is a service."""
    if command in BEGINNING:
        prepare_service_user()
    account = service_account()
    if account is None:
        if command not in FOR_ROOT:
            require_own_state()
    elif command in SERVICES:
        os.environ['DOTHI_STATE'] = str(PathSettings().state)
        become(account, os.environ)
    elif command != 'install-service':
        write_as(account)


def main() -> None:
    """Runs the command; every error ends in a message for its reader and the exit code of its family."""
    take_service_settings()
    set_language(sys.argv)
    translate_frame()
    run(app)
