"""`dothi access`: why somebody may do what with a layer, and rules that never apply."""

from typing import Annotated

import typer
import yaml
from pydantic import BaseModel
from rich.markup import escape

from dothi.cli import output
from dothi.cli.options import Json
from dothi.core.access.classes import Sight, class_of
from dothi.core.access.keys import keys_of
from dothi.core.access.people import find_person
from dothi.core.access.person import ACTION_TITLES, ROLE_TITLES, Action, Identity
from dothi.core.access.policy import Rule, idle_rules, public_with_row_rules
from dothi.core.database import connection
from dothi.core.errors import DataRefused
from dothi.core.locality import Locality
from dothi.core.own_layers import served_locality
from dothi.core.reader_language import pick_text, pick_words
from etl.inbox.sendable import sendable

EVERYTHING = Sight((), None)

access_app = typer.Typer(
    no_args_is_help=True,
    help='Quyền theo access.yml: giải thích, kiểm tra. · Rights by access.yml: explain, check.',
)


class IdleRules(DataRefused):
    """Rules of access.yml never apply."""


class PublicRows(DataRefused):
    """Rules of access.yml hide rows that everybody sees at the public service."""


class Right(BaseModel):
    """Whether an action is allowed, and by which rule of access.yml, as it stands there."""

    action: Action
    allowed: bool
    rule: str | None


class Explanation(BaseModel):
    """What somebody may do with a layer, and why. keys: how many of theirs are in use; a key may allow less.

    restricted_columns: those that are shown. rows: by column the values of which a shown row has one; None is all rows.
    """

    name: str
    role: str
    agency: str | None
    layer: str
    rights: list[Right]
    keys: int
    restricted_columns: list[str]
    rows: dict[str, list[str]] | None


@access_app.command()
def explain(
    name: Annotated[str, typer.Argument(metavar='NAME', help='Tên đăng nhập. · Name for signing in.')],
    layer: Annotated[str, typer.Argument(metavar='LAYER', help='Mã lớp. · A layer id.')],
    as_json: Json = False,
) -> None:
    """Một người được làm gì với một lớp, và theo quy tắc nào. ·
    What somebody may do with a layer, and by which rule.
    """
    locality = served_locality()
    described = locality.described(layer)
    with connection('gatekeeper') as db:
        person = find_person(db, name)
        keys = len(keys_of(db, person.id))
    own_layers = sendable(person.agency, locality) if person.agency in locality.agencies and person.agency else {}
    rules = locality.policy.deciding_rules(Identity(person=person), described, own_layers)
    rights = [
        Right(action=action, allowed=rule is not None, rule=_written(rule) if rule else None)
        for action, rule in rules.items()
    ]
    sight = class_of(person, locality).sights.get(described.id, EVERYTHING)
    document = Explanation(
        name=person.name,
        role=person.role,
        agency=person.agency,
        layer=layer,
        rights=rights,
        keys=keys,
        restricted_columns=list(sight.columns),
        rows=sight.rows,
    )
    output.document(document, as_json, _print_explanation)


@access_app.command()
def check() -> None:
    """Quy tắc không bao giờ áp dụng, như lớp không có; mã thoát 3 nếu có. ·
    Rules that never apply; exit code 3 if any.
    """
    locality = served_locality()
    idle = idle_rules(locality.policy, [*locality.layers.values(), *locality.coverages.values()])
    if idle:
        listed = '; '.join(idle)
        raise IdleRules(
            vi=f'access.yml: quy tắc không bao giờ áp dụng: {listed}. Sửa mã lớp, hoặc bỏ quy tắc.',
            en=f'access.yml: rules that never apply: {listed}. Correct the layer ids, or take the rules out.',
        )
    _require_no_public_rows(locality)
    output.out.print(pick_words('Mọi quy tắc đều có thể áp dụng', 'Every rule can apply'))


def _require_no_public_rows(locality: Locality) -> None:
    """Raises PublicRows where a rule hides rows of a layer that everybody sees."""
    names = public_with_row_rules(locality.policy, [*locality.layers.values(), *locality.coverages.values()])
    if names:
        listed = ', '.join(names)
        raise PublicRows(
            vi=f'access.yml: "rows" giới hạn hàng của lớp công khai ({listed}), mà dịch vụ công khai và lược đồ share '
            'có đủ mọi hàng. Đặt "access: internal" trong tệp lớp, hoặc bỏ quy tắc.',
            en=f'access.yml: "rows" hides rows of public layers ({listed}), all of which the public service and the '
            'schema share have. Set "access: internal" in the layer file, or take the rule out.',
        )


def _written(rule: Rule) -> str:
    members = rule.model_dump(mode='json', exclude_defaults=True)
    return yaml.safe_dump(members, default_flow_style=True, sort_keys=False, width=1_000, allow_unicode=True).strip()


def _print_explanation(document: Explanation) -> None:
    role = next(title for role, title in ROLE_TITLES.items() if role == document.role)
    output.out.print(f'{document.name}: {pick_text(role)}, {document.agency or "-"}', highlight=False)
    table = output.plain_table(
        pick_words('Việc', 'action'), pick_words('Được', 'allowed'), pick_words('Theo quy tắc', 'by the rule')
    )
    for right in document.rights:
        allowed = pick_words('được', 'yes') if right.allowed else pick_words('không', 'no')
        table.add_row(pick_text(ACTION_TITLES[right.action]), allowed, escape(right.rule or ''))
    output.out.print(table)
    if document.restricted_columns:
        shown = ', '.join(document.restricted_columns)
        output.out.print(pick_words(f'Cột hạn chế được xem: {shown}', f'Restricted columns that are shown: {shown}'))
    for column, values in (document.rows or {}).items():
        listed = ', '.join(values) or '-'
        output.out.print(pick_words(f'Chỉ dòng có {column}: {listed}', f'Only rows with {column}: {listed}'))
