"""What loses supply when valves close, pipes burst or stations fail. Method: docs/explanation/network-trace.md."""

from typing import Any, ClassVar, Literal

from dothi.core.layer import Audience
from dothi.core.text import Text
from processes.base import Process, ProgressCallback
from processes.data import Data
from processes.geojson import FeatureCollection, feature_collection
from processes.inputs import LayerRef, ProcessInputs, input_field
from processes.outputs import Member, Output, shared
from processes.supply.traced import Trace, traced_features, without_supply
from processes.supply.traced_power import trace_power
from processes.supply.traced_water import trace_water

type Event = Literal['close-valve', 'burst-pipe', 'lose-substation']


class Inputs(ProcessInputs):
    """What the planner may choose."""

    event: Event = input_field(
        Text(vi='Sự cố', en='Event'),
        Text(
            vi='Đóng van (close-valve), vỡ ống (burst-pipe) hoặc mất trạm biến áp (lose-substation).',
            en='Valves are closed (close-valve), pipes burst (burst-pipe), or substations fail (lose-substation).',
        ),
        choices={
            'close-valve': Text(vi='đóng van', en='a closed valve'),
            'burst-pipe': Text(vi='vỡ ống', en='a burst pipe'),
            'lose-substation': Text(vi='mất trạm biến áp', en='a lost substation'),
        },
    )
    failed: LayerRef = input_field(
        Text(vi='Đối tượng gặp sự cố', en='What fails'),
        Text(
            vi="Van, ống hoặc trạm, cùng một lúc; thường là lớp với bộ lọc theo mã, ví dụ code = 'V1'.",
            en="The valves, pipes or substations, all at once; usually their layer with a filter such as code = 'V1'.",
        ),
        hint=Text(
            vi='Van, ống hoặc trạm, cùng một lúc; thường là lớp với bộ lọc theo mã.',
            en='The valves, pipes or substations, all at once; usually their layer with a filter by code.',
        ),
    )
    within_m: float = input_field(
        Text(vi='Khoảng cách đến ống', en='Distance to the pipe'),
        Text(
            vi='Nhà xa ống gần nhất hơn khoảng này không dùng nước của mạng.',
            en='A house farther from its nearest pipe is not on the network.',
        ),
        default=100.0,
        unit='m',
        gt=0,
        le=5_000,
    )


PEOPLE = Member(Text(vi='Số người mất dịch vụ', en='People without supply'))
LENGTH_M = Member(Text(vi='Chiều dài ống', en='Length of pipe'), 'm')
VOLTAGE_KV = Member(Text(vi='Điện áp', en='Voltage'), 'kV')


class NetworkTrace(Process[Inputs]):
    """Only for the internal service: it reads the population of every house."""

    title = Text(vi='Truy vết mạng lưới', en='Network trace')
    description = Text(
        vi='Đóng van, vỡ ống hoặc mất trạm biến áp: gì và ai mất dịch vụ, và cần đóng van nào để cô lập chỗ vỡ.',
        en='A closed valve, a burst pipe or a lost substation: what and who loses supply, which valves stop a burst.',
    )
    audience: ClassVar[Audience] = 'internal'
    method = Text(
        vi='Mạng được xét như đồ thị: ống hoặc trạm mất dịch vụ khi trước sự cố có thông với nguồn và sau đó thì '
        'không. Khi vỡ ống, nước rút đến các van gần nhất; chỉ đóng những van mà phía sau còn nguồn. Nhà thuộc ống gần '
        'nhất trong khoảng cách cho trước, hoặc trạm gần nhất.',
        en='The network is a graph: a pipe or station loses supply when it was connected to a source before the event '
        'and is not after it. A burst empties as far as the nearest valves, of which those are closed that still have '
        'a source behind them. A house is on the nearest pipe within the given distance, or on the nearest station.',
    )
    outputs: ClassVar[dict[str, Output]] = {
        'network': Output(
            Text(vi='Ống hoặc tuyến mất dịch vụ', en='Pipes or lines without supply'),
            members={
                'length_m': LENGTH_M,
                'voltage_kv': VOLTAGE_KV,
                **shared('code'),
                'from_node': Member(Text(vi='Từ nút', en='From node')),
                'to_node': Member(Text(vi='Đến nút', en='To node')),
            },
        ),
        'controls': Output(
            Text(vi='Van phải đóng, hoặc trạm mất điện', en='Valves to close, or stations without supply'),
            members={
                'voltage_kv': VOLTAGE_KV,
                'lost': Member(Text(vi='Gặp sự cố', en='Lost')),
                **shared('code', 'kind'),
                'node': Member(Text(vi='Nút', en='Node')),
                'pipe_code': Member(Text(vi='Mã ống', en='Code of the pipe')),
            },
        ),
        'buildings': Output(
            Text(vi='Nhà mất dịch vụ', en='Buildings without supply'),
            members={
                'people': PEOPLE,
                'distance_m': Member(Text(vi='Cách ống hoặc trạm', en='Distance to it'), 'm'),
                'on': Member(Text(vi='Dùng ống hoặc trạm', en='On the pipe or station')),
                **shared('code'),
            },
        ),
    }
    summary: ClassVar[dict[str, Member]] = {
        'people': PEOPLE,
        'buildings': Member(Text(vi='Nhà mất dịch vụ', en='Buildings without supply')),
        'length_m': LENGTH_M,
        'pipes': Member(Text(vi='Số ống', en='Pipes')),
        'pipes_without_supply': Member(Text(vi='Ống mất nước', en='Pipes without supply')),
        'pipes_without_supply_before': Member(Text(vi='Ống không có nước từ trước', en='Pipes without before')),
        'valves_to_close': Member(Text(vi='Van phải đóng', en='Valves to close')),
        'plants': Member(Text(vi='Số nhà máy nước', en='Water plants')),
        'plants_to_stop': Member(Text(vi='Nhà máy nước phải ngừng', en='Plants to stop')),
        'stations': Member(Text(vi='Số trạm', en='Stations')),
        'stations_lost': Member(Text(vi='Trạm gặp sự cố', en='Stations lost')),
        'stations_without_supply': Member(Text(vi='Trạm mất điện', en='Stations without supply')),
        'stations_without_supply_before': Member(Text(vi='Trạm không có điện từ trước', en='Stations without before')),
        'lines_without_supply': Member(Text(vi='Tuyến mất điện', en='Lines without supply')),
    }
    example: ClassVar[dict[str, Any]] = {
        'event': 'lose-substation',
        'failed': {'collection': 'substations', 'filter': 'voltage_kv < 110'},
    }

    def cost_s(self, inputs: Inputs) -> float:
        """Seconds for a whole province."""
        return 3.0 if inputs.event == 'lose-substation' else 5.0

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> dict[str, FeatureCollection]:
        """Pipes or lines, valves or stations, and buildings that lose supply, all with the same `summary`."""
        progress(0.1, Text(vi='Dò mạng lưới', en='Tracing the network'))
        trace = trace_network(inputs, data)
        progress(0.4, Text(vi='Tìm nhà mất dịch vụ', en='Looking for the buildings'))
        homes = data.homes()
        affected = trace.affected(homes)
        summary = {
            'event': inputs.event,
            **trace.facts,
            'buildings': len(affected.home),
            'people': int(homes.population[affected.home].sum()),
        }
        progress(0.7, Text(vi='Lấy hình học', en='Reading the geometries'))
        traced = {
            'network': traced_features(*trace.network, data),
            'controls': traced_features(*trace.controls, data),
            'buildings': traced_features(*without_supply(homes, affected), data),
        }
        summary |= data.provenance(trace.caveats)
        return {name: feature_collection(features, summary) for name, features in traced.items()}


def trace_network(inputs: Inputs, data: Data) -> Trace:
    """Traces what the event does to the network of water or of power."""
    if inputs.event == 'lose-substation':
        return trace_power(inputs.failed, data)
    return trace_water(inputs.failed, data, burst=inputs.event == 'burst-pipe', within_m=inputs.within_m)
