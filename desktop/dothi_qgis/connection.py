"""Which service the plugin uses: its address in the settings of QGIS, the key in its authentication store."""

from dataclasses import dataclass

from qgis.core import QgsApplication, QgsAuthMethodConfig, QgsSettings

# The id that projects of the service name too.
KEY_ID = 'dothi01'
ADDRESS, CONFIGURATION = 'dothi/address', 'dothi/authcfg'


@dataclass(frozen=True)
class ServiceConnection:
    """A service. api_url: without a final slash. authcfg: of the key in QGIS's store, '' without one."""

    api_url: str
    authcfg: str = ''


def current_connection() -> ServiceConnection | None:
    """The service that was connected last; None before the first time."""
    settings = QgsSettings()
    address = settings.value(ADDRESS, '', str)
    return ServiceConnection(address, settings.value(CONFIGURATION, '', str)) if address else None


def keep_connection(address: str, key: str) -> ServiceConnection:
    """Remembers the service, and its key, which QGIS encrypts; without a key the one that was there is not used."""
    connection = ServiceConnection(api_address(address), keep_key(key) if key else '')
    settings = QgsSettings()
    settings.setValue(ADDRESS, connection.api_url)
    settings.setValue(CONFIGURATION, connection.authcfg)
    return connection


def api_address(address: str) -> str:
    """The address of the API for what somebody typed, that of the portal or of the API; by HTTPS unless it says how."""
    plain = address.strip().rstrip('/')
    whole = plain if '://' in plain else f'https://{plain}'
    return whole if whole.endswith('/api') else f'{whole}/api'


def keep_key(key: str) -> str:
    """The id under which the key is kept, in place of an older one."""
    keeper = QgsApplication.authManager()
    configuration = QgsAuthMethodConfig()
    configuration.setId(KEY_ID)
    configuration.setName('Đô Thị')
    configuration.setMethod('APIHeader')
    configuration.setConfigMap({'Authorization': f'Bearer {key}'})
    keep = keeper.updateAuthenticationConfig if KEY_ID in keeper.configIds() else keeper.storeAuthenticationConfig
    kept = keep(configuration)
    # one of the two answers with the configuration beside
    return KEY_ID if (kept[0] if isinstance(kept, tuple) else kept) else ''
