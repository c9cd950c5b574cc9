"""A whole instance on this machine, brought up and down."""

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dothi.core.access.first import first_administrator
from dothi.core.accounts import database_account
from dothi.core.edit_token import make_token
from dothi.core.listening import require_closed
from dothi.core.private_files import PASSAGE_MODE, STATE_MODE, close_new_files
from dothi.core.progress import Progress, silent
from dothi.core.revivals import forget_revivals
from dothi.core.secret_files import are_there, begin_secrets, require_secrets
from dothi.core.settings import DatabaseSettings, PathSettings, ServerSettings
from dothi.core.store_mark import own_store_mark, require_store
from dothi.local.backup.instance import forget_ended_backups
from dothi.local.backup.leftovers import clear_leftovers
from dothi.local.database import private_database
from dothi.local.database_start import start_database
from dothi.local.demo import DemoSize, deliver_demo, demo_buildings, size_to_load
from dothi.local.locks import PARTS, alone
from dothi.local.service_user import require_open_to_services
from dothi.local.services import end_strays, services, start_services, supervisors
from dothi.local.standby.record import follows_primary
from dothi.local.status import Status, instance_status
from dothi.local.store_adoption import adopt_store

if TYPE_CHECKING:
    from dothi.core.locality import Locality


def start_instance(
    locality: 'Locality', demo: DemoSize | None, progress: Progress = silent, *, makes_secrets: bool = False
) -> Status:
    """The running instance, with everything started that did not run; safe to repeat.

    demo: its size; None for the small one, where the demonstration was never left. It is left out for a locality that
    has nothing to draw it on. Of a standby only its database and what follows the primary are started.
    makes_secrets: where all of them are gone, new ones take their place.

    Raises DemonstrationLeft, OpenToAll, NoPostgis, SecretsAway, SupersededPrimary, and ServiceDied or ServiceSilent
    with the log to read; with all of it started StoreAway.
    """
    require_closed(ServerSettings().host)
    require_open_to_services()
    make_state_folder()
    if makes_secrets:
        make_new_secrets()
    require_secrets()
    with alone('up', progress):
        progress('database', 0, None)
        with alone(PARTS, progress):
            start_database()
        if not follows_primary():
            _bring_up_to_date(locality, demo, progress)
        with alone(PARTS, progress):
            forget_revivals()
            start_services(progress)
    if not follows_primary():
        # what needs no files is served meanwhile
        require_store()
    link = None if follows_primary() else first_administrator()
    return instance_status(locality).model_copy(update={'first_administrator': link})


def _bring_up_to_date(locality: 'Locality', demo: DemoSize | None, progress: Progress) -> None:
    """Schema, styles, token and demonstration, as this version and the locality want them."""
    from demo.points import can_be_drawn
    from dothi.cartography.shared_styles import sync_styles
    from dothi.core.migrate import migrate

    progress('migrate', 0, None)
    migrate(locality)
    if not DatabaseSettings().database_url:
        forget_ended_backups()
    sync_styles(locality)
    make_token()
    size = size_to_load(demo)
    if adopt_store() and size != 'no' and can_be_drawn(locality.path):
        deliver_demo(locality, demo_buildings(size), progress)


def make_new_secrets() -> None:
    """Begins the secrets anew where all of them are gone; nothing runs on with those of before."""
    make_state_folder()
    if not are_there():
        stop_instance()
        begin_secrets()


def stop_instance() -> list[str]:
    """Names of what was running and is ended now: services first, then the private database."""
    # the supervisors wait while somebody else is inside
    with alone(PARTS):
        end_strays()
        for supervisor in supervisors():
            supervisor.stop()
        ended = [service.name for service in reversed(services()) if service.stop()]
        database = private_database()
        if database.folder.exists() and database.running():
            database.stop()
            ended.append('database')
        clear_leftovers()
    return ended


def _let_database_user_pass(state: Path) -> None:
    account = database_account()
    if account:
        os.chown(state, -1, account.pw_gid)


def make_state_folder() -> None:
    """Makes the state folder, closed to strangers of this machine; what is made in it from now on is closed too.

    As root the group is that of the user who runs PostgreSQL, and has to pass through.
    """
    state = PathSettings().state
    above = [folder for folder in state.parents if not folder.exists()]
    state.mkdir(parents=True, exist_ok=True)
    state.chmod(STATE_MODE)
    # the user who runs PostgreSQL comes through what had to be made above
    for folder in above:
        folder.chmod(PASSAGE_MODE)
    if not DatabaseSettings().database_url:
        with suppress(KeyError):
            _let_database_user_pass(state)
    close_new_files()
    if own_store_mark() is None:
        # before the first delivery too a service is to find it: a store that is not there is one that was lost
        Path(PathSettings().store).mkdir(parents=True, exist_ok=True)
