"""What a restore and a proof make ready in a folder of their own: store, secrets, and the way to them."""

from pathlib import Path

from dothi.core.accounts import give_to_database_user
from dothi.core.postgis import LocalPostgis
from dothi.core.progress import Progress, silent
from dothi.local.backup.instance import CONTENTS, Contents
from dothi.local.backup.restic import StoreBackup, StoreSnapshot

# In the folder of the backup, and in the state folder.
PROOF_FOLDER, WORK_FOLDER = 'proof', 'restore'
# Held while somebody restores.
RESTORE_LOCK = 'restore'


def contents_path(snapshot: StoreSnapshot) -> str:
    """The path in `snapshot` of the file that says what it holds."""
    (path,) = [path for path in snapshot.paths if Path(path).name == CONTENTS]
    return path


def write_store(
    backup: StoreBackup, snapshot: StoreSnapshot, contents: Contents, folder: Path, progress: Progress = silent
) -> None:
    """Writes store and secrets of the snapshot into `folder`, and the administrator's password of the database."""
    backup.restore(snapshot, contents.store, folder / 'store', progress)
    backup.restore(snapshot, contents.secrets, folder / 'secrets')
    (folder / 'postgis').mkdir(mode=0o750)
    password_file = folder / 'postgis' / 'admin_password'
    password_file.touch(mode=0o600)
    password_file.write_text(backup.read_file(snapshot, contents.admin_password), encoding='utf-8')
    give_to_database_user(folder / 'postgis', password_file)


def evidence_environment(server: LocalPostgis, folder: Path) -> dict[str, str]:
    """Variables that lead to the database of `server`, and to store and secrets in `folder`."""
    return {
        'DOTHI_DATABASE_URL': server.url.render_as_string(hide_password=False),
        'DOTHI_STATE': str(folder),
        'DOTHI_STORE': str(folder / 'store'),
        'DOTHI_SECRETS': str(folder / 'secrets'),
    }
