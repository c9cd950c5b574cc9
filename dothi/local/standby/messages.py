"""What primary and standby say to each other."""

from typing import Literal

from pydantic import BaseModel

# Paths of the service.
ROLE, JOIN, TREE, FILE, SUPERSEDED = '/role', '/join', '/tree', '/file/', '/superseded'


class Role(BaseModel):
    """What the other machine is: primary or standby, in which term. is_superseded: whether it was replaced."""

    role: Literal['primary', 'standby']
    term: int
    is_superseded: bool = False


class JoinRequest(BaseModel):
    """What a machine says of itself that wants to be the standby. system_id: of the database that it has, if any."""

    port: int
    fingerprint: str
    database_port: int
    system_id: int | None


class JoinAnswer(BaseModel):
    """What the primary says to its new standby. database_bytes: the room that its copy takes."""

    password: str
    term: int
    database_port: int
    system_id: int
    database_bytes: int


class Superseded(BaseModel):
    """The other machine is primary now, in this term."""

    term: int


class StoredFile(BaseModel):
    """A file of a folder: its name, size, and when it was written."""

    name: str
    size_bytes: int
    mtime_ns: int


class Folder(BaseModel):
    """A folder below one of the roots (`store/originals`), with all that lies in it."""

    path: str
    files: list[StoredFile]
    folders: list[str]


class Tree(BaseModel):
    """Folders that changed since a generation. index_id: another one has counted anew."""

    index_id: str
    generation: int
    folders: list[Folder]
