"""What a reader of figures of coverage has to know: of the facilities, the zones and how ways are measured."""

from typing import Protocol

from dothi.core.norms import Norm
from dothi.core.text import Text
from processes.data import Homes, Zones
from processes.ways.covered import ServedKind
from processes.ways.service_norms import ALONG_WAYS
from processes.ways.travel import Limited, speed_of
from processes.zones.membership import no_people_note


class Measured(Limited, Protocol):
    """Inputs that say how ways are measured."""

    @property
    def mode(self) -> str: ...


def notes_on(served: list[ServedKind], zones: Zones, homes: Homes) -> list[Text]:
    """What a reader of the figures has to know of the facilities, the roads and the zones."""
    lacking = [_note_no_facility(kind.kind) for kind in served if not kind.facilities]
    empty = no_people_note(zones.membership(homes.xy).sums(homes.population))
    return [*lacking, *zones.notes, *empty]


def list_caveats(inputs: Measured, norms: list[Norm]) -> list[Text]:
    """What a reader of the figures has to know of how they are measured."""
    notes = []
    if inputs.mode == 'straight-line':
        notes.append(
            Text(
                vi='Đo theo đường thẳng: đường đi thực tế dài hơn, vật cản không được xét.',
                en='Measured in a straight line: real ways are longer, and barriers are not considered.',
            )
        )
        notes += [_not_as_the_norm(norm) for norm in dict.fromkeys(norms) if ALONG_WAYS in norm.measured_from]
    if inputs.minutes is not None:
        notes.append(
            Text(
                vi=f'Thời gian tính theo tốc độ {speed_of(inputs):g} km/h trên mọi đường.',
                en=f'Times suppose {speed_of(inputs):g} km/h on every road.',
            )
        )
    if any(not norm.verified for norm in norms):
        notes.append(
            Text(vi='Có trị số quy chuẩn chưa được kiểm tra.', en='A value of a norm has not been verified yet.')
        )
    return notes


def _note_no_facility(kind: str) -> Text:
    return Text(
        vi=f'Không có cơ sở loại "{kind}": 0 % là vì không có cơ sở nào trong dữ liệu, không phải vì xa.',
        en=f'There is no facility of the kind "{kind}": nobody is covered as the data have none, not as it is far.',
    )


def _not_as_the_norm(norm: Norm) -> Text:
    return Text(
        vi=f'Quy chuẩn {norm.value:g} {norm.unit} ({norm.subject}, {norm.clause}) đo theo đường tiếp cận thực tế: '
        'đo đường thẳng thì nhiều người được tính là được phục vụ hơn quy chuẩn. Dùng mode network.',
        en=f'The norm of {norm.value:g} {norm.unit} ({norm.subject}, {norm.clause}) is measured along actual access: '
        'in a straight line more people count as covered than by the norm. Use the mode network.',
    )
