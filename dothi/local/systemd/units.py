"""The text of each unit: what it runs, when, with which limits, and what of the machine it may touch."""

import re
from pathlib import Path

from dothi.local.backup.place import BACKUP_ROOTS

USER = 'dothi'
STATE = Path('/var/lib/dothi')
SETTINGS_FOLDER = Path('/etc/dothi')
TARGET = 'dothi.target'
HEAD = '# Written by `dothi install-service`, removed by its `--remove`; `systemctl edit` is for what shall differ.'

# Of the closed room in which foreign files are read: Landlock and seccomp are its own to set (@sandbox), a network
# namespace of its own needs one for users too.
SANDBOX = """\
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service @sandbox
SystemCallErrorNumber=EPERM
UMask=0027"""
# New files in the inbox get the group of their folder, by the bit that marks the folder for it.
SHARES_FOLDERS = 'RestrictSUIDSGID=no'
NO_NAMESPACES = 'RestrictNamespaces=yes'
ROOM_NAMESPACES = 'RestrictNamespaces=user net'
# What nobody waits for (dothi/core/patience.py): `nice` counts within a unit, this among units; others have 100.
PATIENT = 'CPUWeight=30'
WRITES_STATE = f'ReadWritePaths={STATE}'
# The database sends its log to the backup as it is written.
WRITES_BACKUP = f'ReadWritePaths={STATE} {" ".join(f"-{root}" for root in BACKUP_ROOTS)}'
BACKUP_RECORD, STANDBY_RECORD = STATE / 'backup' / 'backup.json', STATE / 'standby' / 'record.json'
# A wall is built around what is there when a service starts: what comes later would stand open. So all of it is made
# before (`dothi-migrate`), and of the passwords only these two come in.
HIDDEN_FROM_PUBLIC = (
    'postgis', 'inbox', 'scratch', 'backup', 'standby', 'restore',
    'store/originals', 'store/drafts', 'store/internal-coverages', 'store/results/internal', 'store/downloads/internal',
)  # fmt: skip
PUBLIC_SECRETS = ('reader_public', 'reporter')
# What strangers reach changes nothing but its own caches, and sees neither what agencies delivered nor other roles.
# Photos of reports are opened below the one folder that it may write to.
PUBLIC_FILES = f"""\
Environment=DOTHI_SCRATCH={STATE}/run/scratch
ReadOnlyPaths={STATE}
ReadWritePaths={STATE}/run {STATE}/cache
InaccessiblePaths={' '.join(f'-{STATE}/{folder}' for folder in HIDDEN_FROM_PUBLIC)}
TemporaryFileSystem={STATE}/secrets:ro
BindReadOnlyPaths={' '.join(f'{STATE}/secrets/{name}' for name in PUBLIC_SECRETS)}"""
ALWAYS = 'Restart=always\nRestartSec=1\nRestartSteps=5\nRestartMaxDelaySec=30'
# What stands still is killed; a slow machine may take minutes until the first sign of life (dothi/core/heartbeat.py).
WATCHED = f'{ALWAYS}\nWatchdogSec=300\nWatchdogSignal=SIGKILL'


def unit_texts(program: Path) -> dict[str, str]:
    """All units by their file names. program: the command `dothi` of the installation that they run."""
    database = 'Wants=dothi-database.service\nAfter=dothi-database.service network.target'
    # of a standby only the database runs, and what follows its primary
    alone = f'ConditionPathExists=!{STATE}/standby/follows'
    made_before = ('store', 'cache', 'run', *HIDDEN_FROM_PUBLIC)
    migrated = f'Requires=dothi-migrate.service\nAfter=dothi-migrate.service\n{alone}'
    return {
        TARGET: _target(),
        'dothi-database.service': _service(
            'the private PostgreSQL', program, 'database', 'After=network.target',
            'Type=notify\nKillMode=mixed\nKillSignal=SIGINT\nTimeoutStartSec=600\nTimeoutStopSec=120\n'
            f'OOMScoreAdjust=-500\n{ALWAYS}',
            f'MemoryMax=6G\nTasksMax=512\n{WRITES_BACKUP}\n{NO_NAMESPACES}',
        ),
        # RestartMode=direct: what waits for it goes on waiting while it is tried again
        'dothi-migrate.service': _service(
            'schema and layers brought up to date', program, 'migrate', f'{database}\n{alone}',
            'Type=oneshot\nRemainAfterExit=yes\nRestart=on-failure\nRestartSec=5\nRestartMode=direct\n'
            f'ExecStartPre=/usr/bin/mkdir -p {" ".join(f"{STATE}/{folder}" for folder in made_before)}',
            f'MemoryMax=4G\nTasksMax=512\n{WRITES_STATE}\n{NO_NAMESPACES}',
        ),
        # There from the moment at which a standby is allowed, or this machine is one.
        'dothi-standby.path': _path('there is a standby', STANDBY_RECORD),
        'dothi-standby.service': _service(
            'standby, or primary of one', program, 'standby watch',
            f'{database}\nConditionPathExists={STANDBY_RECORD}', WATCHED,
            f'MemoryMax=1G\nTasksMax=128\n{WRITES_STATE}\n{NO_NAMESPACES}',
        ),
        'dothi-worker.service': _service(
            'worker of analyses', program, 'worker', migrated, f'{WATCHED}\nTimeoutStopSec=60',
            f'{PATIENT}\nMemoryMax=4G\nTasksMax=512\n{WRITES_STATE}\n{ROOM_NAMESPACES}',
        ),
        'dothi-inbox.service': _service(
            'inbox of deliveries', program, 'inbox --watch', migrated, WATCHED,
            f'{PATIENT}\nMemoryMax=4G\nTasksMax=512\n{WRITES_STATE}\n{ROOM_NAMESPACES}\n{SHARES_FOLDERS}',
        ),
        'dothi-internal.service': _service(
            'internal service', program, 'serve --audience internal', migrated, f'{WATCHED}\nTimeoutStopSec=90',
            f'MemoryMax=4G\nTasksMax=512\n{WRITES_STATE}\n{ROOM_NAMESPACES}',
        ),
        'dothi-public.service': _service(
            'public service', program, 'serve --audience public', migrated, f'{WATCHED}\nTimeoutStopSec=90',
            f'MemoryMax=3G\nTasksMax=512\n{PUBLIC_FILES}\n{NO_NAMESPACES}',
        ),
        # There from the moment at which a backup is set up, until it is ended.
        'dothi-backup.path': _path('a backup is set up', BACKUP_RECORD),
        'dothi-backup.service': _service(
            'backups', program, 'backup watch', f'{migrated}\nConditionPathExists={BACKUP_RECORD}',
            f'{WATCHED}\nNice=10\nTimeoutStopSec=60',
            f'{PATIENT}\nMemoryMax=4G\nTasksMax=512\n{WRITES_BACKUP}\n{ROOM_NAMESPACES}',
        ),
    }  # fmt: skip


def account_text() -> str:
    """The system user of the services, for systemd-sysusers."""
    return f'{HEAD}\nu {USER} - "Do Thi" {STATE} /usr/sbin/nologin\n'


def settings_text() -> str:
    """Where the administrator sets what differs here; all settings: `dothi config`."""
    return """\
# Cấu hình của các dịch vụ; xem mọi cấu hình: dothi config. Sau khi sửa: systemctl restart dothi.target
# Settings of the services; all of them: dothi config. After a change: systemctl restart dothi.target
# For one service alone: internal.env or public.env beside this file, such as DOTHI_PUBLIC_URL of each.
DOTHI_STATE=/var/lib/dothi
DOTHI_PROBE_URLS=["http://127.0.0.1:5000/health", "http://127.0.0.1:5001/health"]
#DOTHI_LOCALITY=ninh_binh
#DOTHI_TRUSTED_PROXIES=["127.0.0.1"]
#DOTHI_METRICS_KEY=
"""


def _target() -> str:
    services = [f'{name}.service' for name in ('database', 'worker', 'inbox', 'internal', 'public')]
    wanted_units = ' '.join(f'dothi-{name}' for name in (*services, 'backup.path', 'standby.path'))
    return f'{HEAD}\n[Unit]\nDescription=Do Thi\nWants={wanted_units}\n\n[Install]\nWantedBy=multi-user.target\n'


def _as_word(program: Path) -> str:
    """`program` as systemd takes it for one word: a blank would end it, and % begins a specifier."""
    text = str(program).replace('%', '%%')
    return text if re.fullmatch(r'[\w/.+@-]+', text) else f'"{text}"'


def _path(title: str, path: Path) -> str:
    """The unit that starts the service of its name while `path` is there."""
    return f'{HEAD}\n[Unit]\nDescription=Do Thi: {title}\nPartOf={TARGET}\n\n[Path]\nPathExists={path}\n'


def _service(title: str, program: Path, command: str, order: str, manner: str, limits: str) -> str:
    own = command.rpartition(' ')[2]
    own_settings = f'\nEnvironmentFile=-{SETTINGS_FOLDER}/{own}.env' if own in {'internal', 'public'} else ''
    return f"""\
{HEAD}
[Unit]
Description=Do Thi: {title}
PartOf={TARGET}
{order}
StartLimitIntervalSec=0

[Service]
{manner}
ExecStart={_as_word(program)} {command}
User={USER}
Group={USER}
WorkingDirectory=/
StateDirectory=dothi
StateDirectoryMode=0750
Environment=DOTHI_STATE={STATE} PYTHONUNBUFFERED=1
EnvironmentFile=-{SETTINGS_FOLDER}/dothi.env{own_settings}
{SANDBOX}
{limits}
"""
