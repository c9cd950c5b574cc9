"""A person or program that works with the platform, and the seven kinds of them."""

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from dothi.core.text import Lang, Text


class Role(StrEnum):
    """What kind of work somebody does here. Citizens have none: they use the public service."""

    ADMINISTRATOR = 'administrator'
    STEWARD = 'steward'
    FOCAL_POINT = 'focal_point'
    EDITOR = 'editor'
    PLANNER = 'planner'
    VIEWER = 'viewer'


class Action(StrEnum):
    """What can be done with layers and with the platform."""

    SEE = 'see'
    DOWNLOAD = 'download'
    EDIT = 'edit'
    DELIVER = 'deliver'
    DECIDE = 'decide'
    RUN = 'run'
    PUBLISH = 'publish'
    ADMINISTER = 'administer'


ROLE_TITLES = {
    Role.ADMINISTRATOR: Text(vi='Quản trị hệ thống', en='Administrator'),
    Role.STEWARD: Text(vi='Cán bộ quản lý dữ liệu của trung tâm', en='Data steward of the centre'),
    Role.FOCAL_POINT: Text(vi='Đầu mối dữ liệu của cơ quan', en='Focal point of an agency'),
    Role.EDITOR: Text(vi='Người biên tập', en='Editor'),
    Role.PLANNER: Text(vi='Cán bộ quy hoạch', en='Planner'),
    Role.VIEWER: Text(vi='Người xem', en='Viewer'),
}
ACTION_TITLES = {
    Action.SEE: Text(vi='xem', en='see'),
    Action.DOWNLOAD: Text(vi='tải về', en='download'),
    Action.EDIT: Text(vi='sửa', en='edit'),
    Action.DELIVER: Text(vi='giao tệp', en='deliver'),
    Action.DECIDE: Text(vi='quyết định', en='decide'),
    Action.RUN: Text(vi='chạy phân tích', en='run analyses'),
    Action.PUBLISH: Text(vi='công bố', en='publish'),
    Action.ADMINISTER: Text(vi='quản trị', en='administer'),
}


class Person(BaseModel):
    """Whoever asks, as the database knows them. agency: whose layers they deliver and edit, of `agencies.yml`."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str
    title: str
    role: Role
    language: Lang = 'vi'
    agency: str | None = None


class Identity(BaseModel):
    """A person and the way in which they came.

    scopes: the actions of the key that was shown, which may be fewer than its person's. session: its id; None for keys.
    """

    model_config = ConfigDict(frozen=True)

    person: Person
    scopes: frozenset[Action] = frozenset(Action)
    session: UUID | None = None
    key: UUID | None = None
