"""Addresses to places, each with its precision and how sure it is. Method: docs/explanation/geocode.md."""

from typing import Any, ClassVar

import shapely

from dothi.core.text import Text
from etl.geocode.gazetteer import load_gazetteer
from etl.geocode.geocode import geocode
from etl.geocode.result import PRECISIONS, Candidate, GeocodedAddress
from etl.geocode.words import LONGEST_ADDRESS
from processes.base import Process, ProgressCallback
from processes.data import Data
from processes.geojson import FeatureCollection, feature_collection, geojson_geometries, numbered_features
from processes.inputs import DAY, LayerRef, ProcessInputs, input_field
from processes.outputs import Member, Output
from processes.reading.unit_layers import day_of

MOST_ADDRESSES = 10_000
YES_NO = {True: Text(vi='chắc chắn', en='sure'), False: Text(vi='chưa chắc', en='not sure')}
COUNTS = {
    'addresses': Member(Text(vi='Số địa chỉ', en='Addresses')),
    'sure': Member(Text(vi='Chắc chắn', en='Sure'), codes=YES_NO),
    'not_sure': Member(Text(vi='Chưa chắc, cần người xem', en='Not sure, for a person to see')),
    'by_precision': Member(
        Text(vi='Chắc chắn, theo độ chính xác', en='Sure, by precision'), codes=PRECISIONS, by_data=True
    ),
}
CAVEATS = [
    Text(
        vi='Vị trí thật nằm trong bán kính đã nêu quanh điểm. Địa chỉ chưa chắc cần người xem lại trước khi dùng.',
        en='The true place lies within the stated radius of the point. What is not sure is for a person to see first.',
    )
]


class Inputs(ProcessInputs):
    """What is to be placed."""

    addresses: list[str] = input_field(
        Text(vi='Địa chỉ', en='Addresses'),
        Text(
            vi='Viết như thường viết: có hoặc không dấu, viết tắt, tên đơn vị cũ. '
            f'Mỗi địa chỉ được đọc {LONGEST_ADDRESS} ký tự. Nhiều nhất 10.000 địa chỉ, và cả yêu cầu 1 MB ở dịch vụ '
            'công khai; danh sách dài hơn thì giao thành tệp có cột Địa chỉ.',
            en='As people write them: with or without accents, abbreviated, with former names of units. '
            f'Of each, {LONGEST_ADDRESS} characters are read. 10,000 at most, and 1 MB for the whole request on the '
            'public service; a longer list is delivered as a file with a column of addresses.',
        ),
        min_length=1,
        max_length=MOST_ADDRESSES,
    )
    on: str | None = input_field(
        Text(vi='Ngày', en='Day'),
        Text(
            vi='Nêu vị trí theo đơn vị của ngày này; bỏ trống là ngày của bản đồ. Tên cũ và mới đều được hiểu.',
            en='Places are told by the units of this day; left out, by those of the map. Names of any day are known.',
        ),
        default=None,
        pattern=DAY,
    )


class Geocode(Process[Inputs]):
    """Every address is a feature in the order of the request; one that nothing is known of has no geometry."""

    takes_scenario = False
    title = Text(vi='Định vị địa chỉ', en='Geocode addresses')
    description = Text(
        vi='Vị trí của từng địa chỉ, độ chính xác, mức chắc chắn, bằng chứng và những nơi khác cũng khớp.',
        en='The place of each address, its precision, how sure it is, the evidence, and what else it may be.',
    )
    method = Text(
        vi='Tên đường, địa điểm và đơn vị hành chính của mọi ngày được tìm trong địa chỉ, không kể dấu và lỗi chính tả '
        'nhỏ; mỗi nơi có thể được tính theo những gì khác với địa chỉ. Chỉ chắc chắn khi không nơi nào khác khớp gần '
        'bằng.',
        en='Names of streets, places and units of any day are looked for in the address, without regard to accents '
        'and small mistakes; each place that it may mean costs what it leaves unexplained. It is sure where no other '
        'place costs about the same.',
    )
    outputs: ClassVar[dict[str, Output]] = {
        'result': Output(
            title,
            members={
                'radius_m': Member(Text(vi='Nằm trong bán kính', en='Lies within'), 'm', low_first=True),
                'address': Member(Text(vi='Địa chỉ', en='Address')),
                'place': Member(Text(vi='Nơi khớp nhất', en='Best match')),
                'precision': Member(Text(vi='Độ chính xác', en='Precision'), codes=PRECISIONS),
                'commune': Member(Text(vi='Mã xã', en='Commune code')),
                'evidence': Member(Text(vi='Bằng chứng', en='Evidence')),
                'rivals': Member(Text(vi='Nơi khác cũng khớp', en='Other matches')),
                'sure': COUNTS['sure'],
            },
        )
    }
    summary: ClassVar[dict[str, Member]] = COUNTS
    example: ClassVar[dict[str, Any]] = {'addresses': ['P. Loc Vuong', 'xa Hai An', 'phuong Yen Khanh']}

    def cost_s(self, inputs: Inputs) -> float:
        """Seconds with the names of a province to be read first."""
        return 1.0 + len(inputs.addresses) / 200

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> FeatureCollection:
        """A feature for each address with its place, precision, evidence and rivals, and their counts as `summary`."""
        on = day_of(inputs.on) if inputs.on else None
        for layer in load_gazetteer(data.db, data.locality, data.audience, on).layers:
            data.source(LayerRef(layer))

        def tell(stage: str, done: int, total: int | None) -> None:
            del stage
            progress(done / (total or 1), Text(vi='Định vị địa chỉ', en='Placing addresses'))

        answers = geocode(data.db, data.locality, inputs.addresses, on, audience=data.audience, progress=tell)
        summary = counts(answers) | data.provenance(CAVEATS)
        return feature_collection(features(answers, data.locality.srid), summary)


def counts(answers: list[GeocodedAddress]) -> dict[str, Any]:
    """How many addresses are sure, and how precise these are."""
    precisions = [answer.precision for answer in answers if answer.sure]
    by_precision = {precision: precisions.count(precision) for precision in PRECISIONS if precision in precisions}
    sure = len(precisions)
    return {'addresses': len(answers), 'sure': sure, 'not_sure': len(answers) - sure, 'by_precision': by_precision}


def features(answers: list[GeocodedAddress], srid: int) -> list[Any]:
    """The answers as features in CRS84."""
    places = [place for answer in answers for place in (answer.place, *answer.rivals) if place]
    shapes = geojson_geometries(shapely.points([place.point for place in places]), srid) if places else []
    located = {id(place): shape for place, shape in zip(places, shapes, strict=True)}
    return numbered_features(
        [located[id(answer.place)] if answer.place else None for answer in answers],
        [_properties(answer, located) for answer in answers],
    )


def _properties(answer: GeocodedAddress, located: dict[int, Any]) -> dict[str, Any]:
    place = answer.place
    return {
        'radius_m': round(place.radius_m) if place else None,
        'address': answer.address,
        'place': place.label if place else None,
        'precision': answer.precision,
        'commune': place.commune if place else None,
        'sure': answer.sure,
        'evidence': [text.model_dump() for text in answer.evidence],
        'rivals': [_rival(rival, located[id(rival)]['coordinates']) for rival in answer.rivals],
    }


def _rival(rival: Candidate, coordinates: list[float]) -> dict[str, Any]:
    return {
        'place': rival.label,
        'precision': rival.precision,
        'radius_m': round(rival.radius_m),
        'coordinates': coordinates,
    }
