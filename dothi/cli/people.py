"""`dothi people`: who may sign in, as what, and with which keys."""

from typing import Annotated
from uuid import UUID, uuid4

import typer
from psycopg2.extensions import connection as Connection
from pydantic import BaseModel
from rich.text import Text as Line

from dothi.api.http.address import listening_url
from dothi.cli import output
from dothi.cli.options import Json
from dothi.core.access import people as desk
from dothi.core.access.keys import KeyEntry, keys_of, make_key, revoke_key
from dothi.core.access.people import BadPerson, Changes, PersonEntry, find_person
from dothi.core.access.person import ROLE_TITLES, Action, Person, Role
from dothi.core.access.provider_account import set_subject
from dothi.core.clock import local_minute
from dothi.core.database import connection
from dothi.core.errors import did_you_mean
from dothi.core.locality import locality_zone
from dothi.core.own_layers import served_locality
from dothi.core.reader_language import pick_text, pick_words
from dothi.core.services import Service
from dothi.core.settings import PathSettings, ServerSettings
from dothi.core.text import Lang
from dothi.local.services import public_url_of, url_of
from processes.mail.links import mail_link

people_app = typer.Typer(
    invoke_without_command=True,
    help='Người dùng của dịch vụ nội bộ: mời, đổi vai trò, khóa, cấp lại liên kết, khóa API. · '
    'People of the internal service: invite, change, disable, give a new link, API keys.',
)
Name = Annotated[str, typer.Argument(help='Tên đăng nhập. · Name for signing in.', metavar='NAME')]
RoleOption = Annotated[Role, typer.Option('--role', help='Vai trò. · Role.')]
Agency = Annotated[
    str | None, typer.Option(help='Cơ quan trong agencies.yml. · Agency of agencies.yml that they act for.')
]
Email = Annotated[str | None, typer.Option(help='Địa chỉ thư điện tử. · E-mail address.')]
Subject = Annotated[
    str | None,
    typer.Option(
        help='Mã (sub) của tài khoản ở nhà cung cấp OpenID Connect; "" là bỏ liên kết. · '
        'What the OpenID Connect provider calls their account (sub); "" takes the link away.'
    ),
]
Scopes = Annotated[list[Action], typer.Option('--may', help='Việc được phép; lặp lại được. · What it allows.')]
READING = [Action.SEE, Action.DOWNLOAD, Action.RUN]


class People(BaseModel):
    """Everybody who may sign in, or could."""

    people: list[PersonEntry]


class Link(BaseModel):
    """A link by which somebody sets their password, once. mailed_to: where it is sent by mail, too."""

    name: str
    link: str
    days: int
    mailed_to: str | None


class Keys(BaseModel):
    """The keys of somebody that are in use."""

    name: str
    keys: list[KeyEntry]


class NewKey(BaseModel):
    """A key that is shown this once."""

    name: str
    key: str


class Done(BaseModel):
    """What was done with whom."""

    name: str
    done: str


@people_app.callback()
def list_(context: typer.Context, as_json: Json = False) -> None:
    """Danh sách người dùng. · Lists the people."""
    if context.invoked_subcommand is None:
        with connection('gatekeeper') as db:
            document = People(people=desk.people(db))
        output.document(document, as_json, _table)


@people_app.command()
def invite(
    name: Name,
    title: Annotated[str, typer.Option(help='Họ tên hoặc chức danh. · What they are called.')],
    role: RoleOption,
    agency: Agency = None,
    email: Email = None,
    language: Annotated[Lang, typer.Option(help='Ngôn ngữ của thư. · Language of mails.')] = 'vi',
    as_json: Json = False,
) -> None:
    """Mời một người; in ra liên kết để họ tự đặt mật khẩu. · Invites somebody: prints a link to set a password by."""
    _require_agency(agency)
    person = Person(id=uuid4(), name=name, title=title, role=role, agency=agency, language=language)
    with connection('gatekeeper') as db:
        secret = desk.invite(db, person, email)
        mailed_to = _mail_link(db, secret)
    _show_link(name, secret, desk.INVITATION_DAYS, as_json, mailed_to)


@people_app.command()
def recover(name: Name, as_json: Json = False) -> None:
    """Cấp liên kết đặt lại mật khẩu; mọi phiên của người đó kết thúc, mã một lần khi đặt mật khẩu mới. ·
    Prints a link to set a new password by; their sessions end, one-time codes once the new password is set.
    """
    with connection('gatekeeper') as db:
        secret = desk.recover(db, name)
        mailed_to = _mail_link(db, secret)
    _show_link(name, secret, desk.RECOVERY_DAYS, as_json, mailed_to)


@people_app.command()
def change(
    name: Name,
    role: Annotated[Role | None, typer.Option(help='Vai trò mới. · New role.')] = None,
    agency: Agency = None,
    email: Email = None,
    title: Annotated[str | None, typer.Option(help='Họ tên hoặc chức danh. · What they are called.')] = None,
    subject: Subject = None,
    as_json: Json = False,
) -> None:
    """Đổi vai trò, cơ quan, tên gọi, tài khoản liên kết. ·
    Changes role, agency, what they are called, the account that is linked.
    """
    _require_agency(agency)
    with connection('gatekeeper') as db:
        desk.change(db, name, Changes(role=role, agency=agency, email=email, title=title))
        if subject is not None:
            set_subject(db, name, subject)
    _show_done(name, 'changed', pick_words('đã thay đổi', 'changed'), as_json)


@people_app.command('sign-out')
def sign_out(name: Name, as_json: Json = False) -> None:
    """Kết thúc mọi phiên của một người; người đó đăng nhập lại được. · Ends all sessions of somebody."""
    with connection('gatekeeper') as db:
        desk.sign_out(db, name)
    _show_done(name, 'signed_out', pick_words('đã kết thúc mọi phiên', 'sessions have ended'), as_json)


@people_app.command()
def disable(name: Name, as_json: Json = False) -> None:
    """Khóa tài khoản: phiên và khóa API của người đó hết hiệu lực ngay. · Lets them in no more, at once."""
    with connection('gatekeeper') as db:
        desk.disable(db, name)
    _show_done(name, 'disabled', pick_words('đã khóa', 'disabled'), as_json)


@people_app.command()
def enable(name: Name, as_json: Json = False) -> None:
    """Mở lại tài khoản. · Lets them in again."""
    with connection('gatekeeper') as db:
        desk.enable(db, name)
    _show_done(name, 'enabled', pick_words('đã mở lại', 'enabled'), as_json)


@people_app.command()
def remove(name: Name, as_json: Json = False) -> None:
    """Xóa tên và mọi dữ liệu cá nhân; nhật ký chỉ còn số định danh. ·
    Removes name and all personal data; the log keeps an id alone.
    """
    with connection('gatekeeper') as db:
        desk.remove(db, name)
    _show_done(name, 'removed', pick_words('đã xóa', 'removed'), as_json)


@people_app.command()
def keys(name: Name, as_json: Json = False) -> None:
    """Các khóa API của một người. · The API keys of somebody."""
    with connection('gatekeeper') as db:
        person = find_person(db, name)
        document = Keys(name=person.name, keys=keys_of(db, person.id))
    output.document(document, as_json, _key_table)


@people_app.command()
def key(
    name: Name,
    label: Annotated[str, typer.Option(help='Dùng ở đâu. · Where it is used.')],
    may: Scopes = READING,
    days: Annotated[int, typer.Option(help='Có hạn bao nhiêu ngày. · Days that it lasts.')] = 90,
    as_json: Json = False,
) -> None:
    """Tạo khóa API cho một người hoặc chương trình; chỉ in một lần. · Makes an API key; it is printed this once."""
    with connection('gatekeeper') as db:
        document = NewKey(name=name, key=make_key(db, find_person(db, name), label, may, days))
    output.document(document, as_json, lambda new: output.out.print(new.key, highlight=False, soft_wrap=True))


@people_app.command()
def revoke(
    name: Name,
    key_id: Annotated[
        UUID, typer.Argument(metavar='KEY', help='Mã của khóa (people keys). · Id of the key (people keys).')
    ],
    as_json: Json = False,
) -> None:
    """Thu hồi một khóa API ngay. · Ends an API key at once."""
    with connection('gatekeeper') as db:
        revoke_key(db, find_person(db, name).id, key_id)
    _show_done(name, 'revoked', pick_words('đã thu hồi khóa', 'key revoked'), as_json)


def _require_agency(agency: str | None) -> None:
    """Raises BadPerson for an agency that is not in agencies.yml."""
    agencies = served_locality().agencies
    if agency and agency not in agencies:
        hint = did_you_mean(agency, agencies)
        raise BadPerson(
            vi=f'Không có cơ quan "{agency}" trong agencies.yml. {hint.vi}',
            en=f'There is no agency "{agency}" in agencies.yml. {hint.en}',
        )


def _portal_url() -> str:
    """Where the internal service of this instance is reached: as it runs, whatever ports this shell has in force."""
    service = Service('internal', [], PathSettings().run)
    public_url = ServerSettings().public_url or public_url_of(service)
    return public_url.rstrip('/') or url_of(service) or listening_url('internal')


def _mail_link(db: Connection, secret: str) -> str | None:
    return mail_link(db, secret, served_locality(), _portal_url())


def _show_link(name: str, secret: str, days: int, as_json: bool, mailed_to: str | None) -> None:
    address = f'{_portal_url()}/invitation/{secret}'
    link = Link(name=name, link=address, days=days, mailed_to=mailed_to)
    output.document(link, as_json, _print_link)


def _print_link(link: Link) -> None:
    text = pick_words(
        f'Gửi liên kết này cho {link.name}; dùng được một lần, trong {link.days} ngày:',
        f'Send this link to {link.name}; it works once, within {link.days} days:',
    )
    output.out.print(text, highlight=False, soft_wrap=True)
    output.out.print(link.link, highlight=False, soft_wrap=True)
    if link.mailed_to:
        mail_line = pick_words(f'Liên kết cũng được gửi tới {link.mailed_to}.', f'It is also sent to {link.mailed_to}.')
        output.out.print(mail_line, highlight=False, soft_wrap=True)


def _show_done(name: str, done: str, words: str, as_json: bool) -> None:
    output.document(
        Done(name=name, done=done), as_json, lambda d: output.out.print(f'{d.name}: {words}', highlight=False)
    )


def _table(document: People) -> None:
    table = output.plain_table(
        pick_words('Tên', 'name'),
        pick_words('Họ tên', 'called'),
        pick_words('Vai trò', 'role'),
        pick_words('Cơ quan', 'agency'),
        pick_words('Trạng thái', 'state'),
        pick_words('Đăng nhập', 'signed in'),
        pick_words('Khóa', 'keys'),
    )
    for person in document.people:
        last = local_minute(person.last_sign_in, locality_zone()) if person.last_sign_in else ''
        role = pick_text(ROLE_TITLES[person.role])
        table.add_row(
            person.name, Line(person.title), role, person.agency or '', _state(person), last, str(person.keys or '')
        )
    output.out.print(table)


def _state(person: PersonEntry) -> str:
    if person.disabled:
        return pick_words('đã khóa', 'disabled')
    if person.subject:
        return 'OpenID Connect'
    if not person.has_password:
        return pick_words('chỉ khóa API', 'keys only') if person.keys else pick_words('chờ đặt mật khẩu', 'invited')
    return pick_words('mã một lần', 'one-time codes') if person.has_second_factor else ''


def _key_table(document: Keys) -> None:
    table = output.plain_table(
        'id',
        pick_words('Dùng ở đâu', 'used in'),
        pick_words('Được phép', 'allows'),
        pick_words('Hết hạn', 'expires'),
        pick_words('Dùng lần cuối', 'last use'),
        whole=('id',),  # an id on two lines cannot be copied into `revoke`
    )
    zone = locality_zone()
    for entry in document.keys:
        ends = local_minute(entry.expires_at, zone) if entry.expires_at else ''
        used = local_minute(entry.used_at, zone) if entry.used_at else ''
        table.add_row(str(entry.id), Line(entry.label), ', '.join(entry.scopes), ends, used)
    output.out.print(table)
