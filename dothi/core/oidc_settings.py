"""Which OpenID Connect provider lets people in beside passwords."""

from pydantic import Field, SecretStr

from dothi.core.settings import PathSettings, Settings
from dothi.core.state_file import read_state_text
from dothi.core.text import HALVES, Text, split_halves

# Secrets and codes go to these addresses: with TLS, or without leaving this machine.
SAFE_ADDRESS = r'^(https://[^\s?#@/]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)(/[^\s#]*)?$'
NEW_SECRET = Text(vi='Ghi lại mã bí mật vào tệp này.', en='Write the client secret into it again.')


class OidcSettings(Settings):
    """Signing in by an OpenID Connect provider."""

    oidc_issuer: str = Field(
        '',
        pattern=f'^$|{SAFE_ADDRESS}',
        description='Địa chỉ (issuer) của nhà cung cấp OpenID Connect, đúng như nhà cung cấp tự ghi; https, hoặc http '
        'trên chính máy này; để trống: chỉ đăng nhập bằng mật khẩu. · '
        'Issuer of the OpenID Connect provider, letter for letter; https, or http on this machine; empty: people sign '
        'in with passwords only.',
    )
    oidc_client_id: str = Field(
        'dothi',
        description='Tên mà nhà cung cấp biết dịch vụ này (client_id). · '
        'Under which the provider knows this service (client_id).',
    )
    oidc_client_secret: SecretStr = Field(
        SecretStr(''),
        description='Mã bí mật ở nhà cung cấp; để trống: `oidc_client_secret` trong thư mục mật khẩu; không có cả hai: '
        'không dùng mã bí mật. · '
        'Client secret at the provider; empty: `oidc_client_secret` in the secrets folder; without either none is '
        'sent.',
    )
    oidc_title: str = Field(
        'tài khoản cơ quan · the office account',
        description='Tên nhà cung cấp trên nút đăng nhập, hai thứ tiếng cách nhau bằng " · ". · '
        'What the provider is called on the button, in both languages with " · " between them, or in one for both.',
    )

    @property
    def title(self) -> Text:
        """What people call the provider."""
        title = self.oidc_title
        return split_halves(title) if HALVES.search(title) else Text(vi=title, en=title)

    def client_secret(self) -> str:
        """The secret of the setting, else of the file; empty for a client without one. Raises DamagedFile."""
        if self.oidc_client_secret.get_secret_value():
            return self.oidc_client_secret.get_secret_value()
        try:
            return read_state_text(PathSettings().secrets / 'oidc_client_secret', NEW_SECRET)
        except FileNotFoundError:
            return ''
