"""What a report says beside its figures, in the user's words."""

from dothi.core.layer import Layer
from dothi.core.numbers import number_vi
from dothi.core.text import AdvisedText, CountedText, Text
from etl.desk.options import DeliveryOptions
from etl.doctor.columns import Matching
from etl.doctor.rows.completeness import incomplete
from etl.doctor.rows.factors import whole_column
from etl.formats.source import RawBatch
from etl.release import Moved, Outcome
from etl.report.problems import Finding
from etl.report.tally import Tally

PLACE_FAULTS = ('coordinates_missing', 'geometry_invalid')
# Rows that a note names.
MOST_ROWS = 5

NOTHING_NEW = Text(
    vi='Nội dung giống hệt dữ liệu đang phục vụ; không tạo bản phát hành mới.',
    en='The contents equal what is served; no new release was made.',
)
REAL_STAYS = Text(
    vi='Dữ liệu minh họa không thay dữ liệu thật đã phát hành.',
    en='Demonstration data does not replace real data that was released.',
)
DEMO_LEFT = Text(
    vi='Dữ liệu minh họa đã được bỏ khỏi lớp này và không được nạp lại.',
    en='The demonstration was taken out of this layer and is not loaded again.',
)


def delivered_before(release: int | None) -> Text:
    """The note that the same file was delivered before."""
    return Text(
        vi=f'Tệp này đã được giao và là bản phát hành {release}; không có gì thay đổi.',
        en=f'This file was delivered before and is release {release}; nothing changed.',
    )


def about_columns(matching: Matching, used: frozenset[str]) -> list[Text]:
    """Which columns were not wanted (but for those `used` as coordinates), and which the register filled."""
    notes = []
    if matching.remembered:
        names = ', '.join(
            f'{source} → {name}' for name, source in matching.source_of.items() if source in matching.remembered
        )
        notes.append(Text(vi=f'Cột như đã chấp nhận lần trước: {names}.', en=f'Columns as accepted before: {names}.'))
    names = ', '.join(name for name in matching.ignored if name not in used)
    if names:
        notes.append(Text(vi=f'Bỏ qua các cột: {names}.', en=f'Ignored columns: {names}.'))
    if matching.filled:
        names = ', '.join(matching.filled)
        notes.append(Text(vi=f'Lấy từ danh mục đơn vị: {names}.', en=f'Taken from the register of units: {names}.'))
    return notes


def unread_places(first: RawBatch) -> list[Text]:
    """Which of the first rows have no place that can be read in any coordinate system."""
    return [_unread(first.first_row, finding) for finding in first.findings if finding.code in PLACE_FAULTS]


def _unread(first_row: int, finding: Finding) -> Text:
    says, more = finding.text(0), len(finding.rows) - MOST_ROWS
    numbers = ', '.join(str(first_row + int(row)) for row in finding.rows[:MOST_ROWS])
    more_vi, more_en = (f' và {more} hàng nữa', f' and {more} more') if more > 0 else ('', '')
    return Text(vi=f'Hàng {numbers}{more_vi}: {says.vi}', en=f'Row {numbers}{more_en}: {says.en}')


def about_rows(tally: Tally, layer: Layer, matching: Matching) -> list[Text]:
    """What is to be said of many rows at once."""
    columns = [
        whole_column(matching.source(name), layer.columns[name], factor, off, tally.values[name])
        for name, (factor, off) in tally.in_other_units().items()
    ]
    return flattened(tally) + columns + ([incomplete(tally.missing)] if tally.missing else [])


def flattened(tally: Tally) -> list[Text]:
    """Third and fourth coordinates were dropped."""
    count = tally.flattened
    return (
        [
            Text(vi='Bỏ độ cao (Z, M) của {count:,} hình.', en='Dropped Z or M of {count:,} geometries.').format(
                count=count
            )
        ]
        if count
        else []
    )


def too_many_bad(tally: Tally, layer: Layer) -> Text:
    """The share of bad rows is over the layer's threshold."""
    share, limit = tally.bad_share, layer.checks.bad_rows_share
    return Text(
        vi='{share:.1%} số hàng có lỗi, lớp "{layer}" chỉ cho phép {limit:.1%}. Không phát hành gì. Sửa tệp và giao '
        'lại.',
        en='{share:.1%} of the rows are bad, and the layer "{layer}" allows {limit:.1%}. Nothing was released. '
        'Correct the file and deliver it again.',
    ).format(share=share, layer=layer.title, limit=limit)


def stay_as_served(count: int) -> CountedText:
    """Features of which the file's row is bad are neither changed nor closed."""
    text = Text(
        vi='{count:,} đối tượng giữ nguyên như đang phục vụ vì hàng của chúng trong tệp có lỗi. Sửa các hàng đó.',
        en='{count:,} features stay as they are served, for their rows in the file are bad. Correct those rows.',
    ).format(count=count)
    uncounted = Text(
        vi='Đối tượng mà hàng trong tệp có lỗi giữ nguyên như đang phục vụ. Sửa các hàng đó.',
        en='Features of which the row in the file is bad stay as they are served. Correct those rows.',
    )
    return CountedText.of(text, uncounted)


def loses(outcome: Outcome, layer: Layer) -> CountedText:
    """More features would disappear than the layer's threshold allows without a person."""
    lost, limit, count = outcome.lost_share, layer.checks.lost_rows_share, outcome.real_closed
    return CountedText(
        vi=f'Đợt giao này bỏ {number_vi(count)} đối tượng đang có ({number_vi(lost, ".1%")}; ngưỡng '
        f'{number_vi(limit, ".1%")}), nên cần người quyết định. '
        'Nếu tệp chỉ là một phần của lớp, cho biết phần nào.',
        en=f'This delivery drops {count} present features ({lost:.1%}; limit {limit:.1%}), so a person has to decide. '
        'If the file is only a part of the layer, say which.',
        uncounted=_LOSES_SOME,
    )


_LOSES_SOME = AdvisedText(
    vi='Đợt giao này bỏ nhiều đối tượng đang có hơn mức lớp cho phép, nên cần người quyết định. Nếu tệp chỉ là một '
    'phần của lớp, cho biết phần nào.',
    en='This delivery drops more present features than the layer lets pass, so a person has to decide. If the file is '
    'only a part of the layer, say which.',
    steward=Text(
        vi='Tệp chỉ là một phần của lớp: thêm --mode upsert hoặc --scope unit=MÃ.',
        en='For a file that is only a part of the layer: add --mode upsert or --scope unit=CODE.',
    ),
)
_MOVES_SOME = Text(
    vi='Nhiều đối tượng đang có dời chỗ hơn mức lớp cho phép, nên cần người quyết định. Kiểm tra hệ tọa độ và cách đo.',
    en='More present features move than the layer lets pass, so a person has to decide. Check the coordinate system '
    'and how it was surveyed.',
)


def moves(moved: Moved, layer: Layer) -> CountedText:
    """More features would lie elsewhere than the layer's threshold allows without a person."""
    limit, far = layer.checks.moved_share, layer.checks.moved_m
    text = Text(
        vi='{moved:,} trong {matched:,} đối tượng đang có dời hơn {far:g} m ({share:.1%}; ngưỡng {limit:.1%}), nên '
        'cần người quyết định. Kiểm tra hệ tọa độ và cách đo.',
        en='{moved:,} of {matched:,} present features move by more than {far:g} m ({share:.1%}; limit {limit:.1%}), '
        'so a person has to decide. Check the coordinate system and how it was surveyed.',
    ).format(moved=moved.moved, matched=moved.matched, far=far, share=moved.share, limit=limit)
    return CountedText.of(text, _MOVES_SOME)


def key_elsewhere(options: DeliveryOptions) -> Text:
    """The key is that of a feature outside the scope."""
    return Text(
        vi=f'là khóa của một đối tượng ngoài đơn vị {options.unit}. Đổi khóa, hoặc gửi tệp là của cả địa phương.',
        en=f'is the key of a feature outside the unit {options.unit}. Change it, or send the file as one of the '
        'whole locality.',
    )
