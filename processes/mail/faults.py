"""What keeps a mail from being taken: whether that is the mail's own fault, and what an administrator does about it."""

import re
import smtplib
import ssl
from dataclasses import dataclass
from typing import Self

from dothi.core.text import Text

# What a server refuses about the sender, the session or its own rules (RFC 3463): another password or setting is the
# cure, and the mail is as good as before. RFC 4954: 530, 534, 535 and 538 are of the sign-in.
# Exim gives no such number.
OF_THE_WAY = re.compile(
    rb'5\.(1\.[78]|5\.|7\.)|(?!5\.).*(relay(ing)? (access )?(denied|not (permitted|allowed))|authentication required)',
    re.IGNORECASE | re.DOTALL,
)
OF_SIGN_IN = frozenset({530, 534, 535, 538})
SMTPS = Text(
    vi='Cổng 465 cần smtps://, cổng 25 và 587 cần smtp:// trong DOTHI_MAIL_SERVER. Xem cả tường lửa.',
    en='Port 465 wants smtps://, ports 25 and 587 want smtp:// in DOTHI_MAIL_SERVER. Look at the firewall too.',
)
CERTIFICATE = Text(
    vi='DOTHI_MAIL_SERVER phải là tên ghi trong chứng thư của máy chủ thư. Chứng thư hết hạn: quản trị máy chủ đó gia '
    'hạn. Nơi cấp riêng của cơ quan: đặt chứng thư gốc vào /usr/local/share/ca-certificates/TÊN.crt, rồi '
    'update-ca-certificates.',
    en='DOTHI_MAIL_SERVER has to be a name in the certificate of the mail server. One that has expired is renewed by '
    'whoever runs that server. For an issuer of your own: its root into /usr/local/share/ca-certificates/NAME.crt, '
    'then update-ca-certificates.',
)
SIGN_IN = Text(
    vi='Kiểm tra DOTHI_MAIL_USER và DOTHI_MAIL_PASSWORD; mật khẩu chỉ gồm chữ không dấu và chỉ được gửi qua TLS.',
    en='Check DOTHI_MAIL_USER and DOTHI_MAIL_PASSWORD; the password is of ASCII alone, and is sent by TLS alone.',
)
RULES = Text(
    vi='Máy chủ không cho gửi như thế: kiểm tra DOTHI_MAIL_USER và DOTHI_MAIL_FROM, hoặc xin quản trị máy chủ đó cho '
    'phép máy này.',
    en='The server does not let it be sent so: check DOTHI_MAIL_USER and DOTHI_MAIL_FROM, or have this machine '
    'allowed there.',
)
ADDRESS = Text(vi='Kiểm tra DOTHI_MAIL_SERVER, DOTHI_MAIL_USER.', en='Check DOTHI_MAIL_SERVER, DOTHI_MAIL_USER.')


@dataclass(frozen=True)
class Fault:
    """Why a mail was not taken. for_good: it never will be."""

    text: str
    for_good: bool

    @classmethod
    def of(cls, error: Exception, *, for_good: bool) -> Self:
        """The fault that `error` tells of."""
        return cls(f'{type(error).__name__}: {error}'[:300], for_good)


NO_READER = Fault('its reader is let in no more, or has no address', for_good=True)


def is_for_good(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> bool:
    """Whether the server will never take this mail, whoever hands it over."""
    code, words = _answer(error)
    return 500 <= code < 600 and code not in OF_SIGN_IN and not OF_THE_WAY.match(words)


def advice(error: Exception) -> Text:
    """What an administrator looks at where the server did not take a mail, or a session."""
    match error:
        case ssl.SSLCertVerificationError():
            return CERTIFICATE
        case ssl.SSLError() | smtplib.SMTPServerDisconnected() | TimeoutError() | ConnectionError():
            return SMTPS
        case smtplib.SMTPAuthenticationError() | smtplib.SMTPNotSupportedError():
            return SIGN_IN
        case smtplib.SMTPSenderRefused() | smtplib.SMTPRecipientsRefused() | smtplib.SMTPDataError():
            return RULES
        case _:
            return ADDRESS


def _answer(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> tuple[int, bytes]:
    """Code and words of the server."""
    if isinstance(error, smtplib.SMTPDataError):
        words = error.smtp_error
        return int(error.smtp_code), words.encode() if isinstance(words, str) else words
    code, words = next(iter(error.recipients.values()), (0, b''))
    return int(code), words
