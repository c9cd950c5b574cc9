"""Which server sends mails, and in whose name."""

from pydantic import Field, SecretStr

from dothi.core.settings import Settings


class MailSettings(Settings):
    """How reminders are sent by mail."""

    mail_server: str = Field(
        '',
        pattern=r'^$|^smtps?://[^@/\s]+$',
        description='Máy chủ thư, `smtp://máy:25` hoặc `smtps://máy:465`; để trống: không gửi thư. · '
        'Mail server, `smtp://host:25` or `smtps://host:465`; empty: no mails are sent.',
    )
    mail_user: str = Field(
        '', description='Tên đăng nhập máy chủ thư, nếu cần. · Name at the mail server, if it wants one.'
    )
    mail_password: SecretStr = Field(
        SecretStr(''), description='Mật khẩu ở máy chủ thư. · Password at the mail server.'
    )
    mail_from: str = Field(
        'dothi@localhost', pattern=r'^[^@\s]+@[^@\s]+$', description='Địa chỉ người gửi. · Address of the sender.'
    )
    mail_link_url: str = Field(
        '',
        description='Địa chỉ dịch vụ nội bộ ghi trong thư, không có dấu gạch chéo ở cuối; để trống: máy này. · '
        'Address of the internal service in mails, without a final slash; empty: that of this machine.',
    )
