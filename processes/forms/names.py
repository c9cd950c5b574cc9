"""What the members of a result are called, where its process does not say so itself."""

import re
from collections.abc import Mapping

from dothi.core.text import Lang, Text
from processes.base import Figure
from processes.forms.numbers import UNITS, format_number, unit_of, unit_text

# Figures by class of depth: `people_to_0_5_m`, `people_over_1_m`.
DEPTH = re.compile(r'(?P<of>.+)_(?P<side>to|over)_(?P<bound>[0-9]+(_[0-9]+)?)_m')
# They are classes side by side and no sums: `to_0_5_m` begins where the one before ends.
BOUNDS = {
    'to': Text(vi=', cấp sâu đến', en=', depth class to'),
    'over': Text(vi=', cấp sâu trên', en=', depth class over'),
}
# What a criterion of the asker's own is told with: `homes_score`.
CRITERION = re.compile(r'(?P<of>.+)_(?P<told>value|score|contribution)')
TITLES = {
    'value': Text(vi='giá trị', en='value'),
    'score': Text(vi='điểm', en='score'),
    'contribution': Text(vi='phần đóng góp', en='contribution'),
}
# What several analyses say alike.
COMMON = {
    'code': Text(vi='Mã', en='Code'),
    'name': Text(vi='Tên', en='Name'),
    'id': Text(vi='Mã', en='Id'),
    'feature_id': Text(vi='Mã đối tượng', en='Feature id'),
    'kind': Text(vi='Loại', en='Kind'),
    'parent_code': Text(vi='Mã cấp trên', en='Code of the unit above'),
    'clause': Text(vi='Điều khoản', en='Clause'),
    'norm': Text(vi='Tiêu chuẩn', en='Norm'),
    'value': Text(vi='Giá trị', en='Value'),
    'features': Text(vi='Số đối tượng', en='Features'),
    'estimated': Text(vi='Ước tính', en='Estimated'),
    'population': Text(vi='Dân số', en='Population'),
    'people': Text(vi='Số người', en='People'),
    'buildings': Text(vi='Công trình', en='Buildings'),
    'facilities': Text(vi='Số cơ sở', en='Facilities'),
    'zones': Text(vi='Vùng báo cáo', en='Zones'),
    'reference_date': Text(vi='Ngày tham chiếu', en='Reference date'),
    'norm_date': Text(vi='Tiêu chuẩn có hiệu lực ngày', en='Norms in force on'),
    'distance_m': Text(vi='Khoảng cách', en='Distance'),
    'area_m2': Text(vi='Diện tích', en='Area'),
    'length_m': Text(vi='Chiều dài', en='Length'),
    'score': Text(vi='Điểm', en='Score'),
    'rank': Text(vi='Hạng', en='Rank'),
    'measured_from': Text(vi='Đo từ', en='Measured from'),
    'method': Text(vi='Phương pháp', en='Method'),
    'period': Text(vi='Kỳ', en='Period'),
    'unit': Text(vi='Đơn vị tính', en='Unit'),
    'verdict': Text(vi='Kết luận', en='Verdict'),
    'condition': Text(vi='Điều kiện', en='Condition'),
    'subject': Text(vi='Đối tượng', en='Subject'),
    'class': Text(vi='Cấp', en='Class'),
    'verified': Text(vi='Đã kiểm chứng', en='Verified'),
    'population_covered': Text(vi='Dân số được phục vụ', en='Population covered'),
    'share_covered': Text(vi='Tỷ lệ được phục vụ', en='Share covered'),
    'population_assessed': Text(vi='Dân số được xét', en='Population assessed'),
    'population_beyond': Text(vi='Dân số ngoài phạm vi', en='Population beyond'),
    'population_outside_zones': Text(vi='Dân số ngoài các vùng', en='Population outside the zones'),
    'population_without_way': Text(vi='Dân số không có đường tới', en='Population without a way'),
    'conflicts': Text(vi='Số vi phạm', en='Conflicts'),
    'targets': Text(vi='Đối tượng vi phạm', en='Targets'),
    'lines': Text(vi='Số tuyến', en='Lines'),
    'line_id': Text(vi='Mã tuyến', en='Line'),
    'target_id': Text(vi='Mã đối tượng', en='Target'),
    'width_m': Text(vi='Bề rộng hành lang', en='Width of the corridor'),
    'overlap_m2': Text(vi='Diện tích lấn', en='Overlap'),
    'lines_without_norm': Text(vi='Tuyến chưa có quy chuẩn', en='Lines without a norm'),
    'by_norm': Text(vi='Theo quy chuẩn', en='By norm'),
    'assumed': Text(vi='Giả định theo', en='Assumed by'),
    'kinds': Text(vi='Theo loại cơ sở', en='By kind of facility'),
    'cell_m': Text(vi='Cỡ ô', en='Size of a cell'),
    'norms': Text(vi='Tiêu chuẩn', en='Norms'),
    'speed_kmh': Text(vi='Tốc độ', en='Speed'),
    'travel': Text(vi='Cách đi', en='Travel'),
    'mode': Text(vi='Cách đo', en='How it was measured'),
    'measured': Text(vi='Cách đo', en='How it was measured'),
    'level_m': Text(vi='Mực nước', en='Level of the water'),
    'hectares': Text(vi='Diện tích ngập (ha)', en='Flooded area (ha)'),
    'depth_class': Text(vi='Cấp độ sâu', en='Depth class'),
    'criteria': Text(vi='Tiêu chí', en='Criteria'),
    'indicators': Text(vi='Chỉ số', en='Indicators'),
    'numerator': Text(vi='Tử số', en='Numerator'),
    'denominator': Text(vi='Mẫu số', en='Denominator'),
    'threshold': Text(vi='Ngưỡng', en='Threshold'),
    'reports': Text(vi='Số phản ánh', en='Reports'),
    'title': Text(vi='Tên', en='Title'),
    'source': Text(vi='Nguồn', en='Source'),
    'area_ha': Text(vi='Diện tích', en='Area'),
    'people_outside_zones': Text(vi='Số người ngoài các vùng', en='People outside the zones'),
    'scenario': Text(vi='Kịch bản', en='Scenario'),
    'scenario_cm': Text(vi='Kịch bản nước biển dâng', en='Scenario of the sea level'),
    'connected_to': Text(vi='Nước vào từ', en='Water comes from'),
    'respect_dikes': Text(vi='Tính đến đê', en='Dikes respected'),
    'dwellings': Text(vi='Nhà ở', en='Dwellings'),
    'road_km': Text(vi='Chiều dài đường', en='Length of roads'),
    'minutes': Text(vi='Thời gian', en='Time'),
    'count': Text(vi='Số lượng', en='Count'),
    'added': Text(vi='Thêm mới', en='Added'),
    'removed': Text(vi='Đã bỏ', en='Removed'),
    'changed': Text(vi='Đã đổi', en='Changed'),
    'before': Text(vi='Trước', en='Before'),
    'after': Text(vi='Sau', en='After'),
    'sites': Text(vi='Địa điểm', en='Sites'),
    'candidates': Text(vi='Phương án', en='Candidates'),
    'population_gained': Text(vi='Dân số được phục vụ thêm', en='Population gained'),
    'population_gained_so_far': Text(vi='Dân số được phục vụ thêm, cộng dồn', en='Population gained so far'),
    'zones_without_data': Text(vi='Vùng không có dữ liệu', en='Zones without data'),
    'outside_zones': Text(vi='Ngoài các vùng', en='Outside the zones'),
    'features_outside': Text(vi='Đối tượng ngoài các vùng', en='Features outside'),
    'reports_outside': Text(vi='Phản ánh ngoài phạm vi', en='Reports outside'),
    'least_count_shown': Text(vi='Số nhỏ nhất được công bố', en='Least count shown'),
    'units_without_outline': Text(vi='Đơn vị chưa có ranh giới', en='Units without an outline'),
    'units_without_figure': Text(vi='Đơn vị không có số liệu', en='Units without a figure'),
    'sum_before': Text(vi='Tổng trước', en='Sum before'),
    'sum_after': Text(vi='Tổng sau', en='Sum after'),
    'least': Text(vi='Ít nhất', en='Least'),
    'most': Text(vi='Nhiều nhất', en='Most'),
    'error': Text(vi='Sai số', en='Error'),
    'exact': Text(vi='Chính xác', en='Exact'),
    'mean': Text(vi='Trung bình', en='Mean'),
    'reason': Text(vi='Lý do', en='Reason'),
    'since': Text(vi='Từ', en='Since'),
    'until': Text(vi='Đến', en='Until'),
    'layer': Text(vi='Lớp', en='Layer'),
    'level': Text(vi='Cấp đơn vị', en='Level'),
    'date': Text(vi='Ngày', en='Date'),
    'statistic': Text(vi='Thống kê', en='Statistic'),
    'release_before': Text(vi='Bản phát hành trước', en='Release before'),
    'release_after': Text(vi='Bản phát hành sau', en='Release after'),
    'min_area_ha': Text(vi='Diện tích tối thiểu', en='Least area'),
    'allowed_ha': Text(vi='Diện tích được phép', en='Allowed area'),
    'area_layer': Text(vi='Vùng xét', en='Area'),
    'at_least': Text(vi='Ít nhất', en='At least'),
    'at_most': Text(vi='Nhiều nhất', en='At most'),
    'attributes': Text(vi='Thuộc tính', en='Attributes'),
    'band': Text(vi='Kênh', en='Band'),
    'barriers': Text(vi='Vật cản', en='Barriers'),
    'best': Text(vi='Tốt nhất', en='Best'),
    'best_score': Text(vi='Điểm cao nhất', en='Best score'),
    'breaches': Text(vi='Chỗ vỡ', en='Breaches'),
    'breaks_m': Text(vi='Các mức', en='Breaks'),
    'candidate': Text(vi='Phương án', en='Candidate'),
    'category': Text(vi='Nhóm', en='Category'),
    'census': Text(vi='Năm điều tra dân số', en='Year of the census'),
    'classes': Text(vi='Các loại', en='Classes'),
    'column': Text(vi='Cột', en='Column'),
    'coverage': Text(vi='Raster', en='Raster'),
    'depths_m': Text(vi='Ngưỡng độ sâu', en='Bounds of depth'),
    'elevation': Text(vi='Mô hình độ cao', en='Elevation model'),
    'event': Text(vi='Sự cố', en='Event'),
    'from_m': Text(vi='Từ', en='From'),
    'norm_condition': Text(vi='Điều kiện của quy chuẩn', en='Condition of the norm'),
    'norm_quantity': Text(vi='Công suất', en='Quantity'),
    'norm_subject': Text(vi='Đối tượng của quy chuẩn', en='Subject of the norm'),
    'optimal': Text(vi='Tối ưu', en='Optimal'),
    'periods': Text(vi='Số kỳ', en='Periods'),
    'population_beyond_candidates': Text(vi='Dân số xa mọi phương án', en='Population beyond all candidates'),
    'population_covered_after': Text(vi='Dân số được phục vụ sau', en='Population covered after'),
    'population_covered_before': Text(vi='Dân số được phục vụ trước', en='Population covered before'),
    'population_gained_at_most': Text(vi='Dân số được phục vụ thêm, nhiều nhất', en='Population gained at most'),
    'reports_layer': Text(vi='Lớp phản ánh', en='Layer of reports'),
    'share': Text(vi='Tỷ trọng', en='Share'),
    'share_of_best_at_least': Text(vi='So với tối ưu, ít nhất', en='Share of the best, at least'),
    'slope_cell_m': Text(vi='Cỡ ô tính độ dốc', en='Cell of the slope'),
    'sources': Text(vi='Số nguồn', en='Sources'),
    'stations': Text(vi='Số trạm', en='Stations'),
    'statistics': Text(vi='Thống kê', en='Statistics'),
    'to_m': Text(vi='Đến', en='To'),
    'trend_p_adjusted': Text(vi='Giá trị p hiệu chỉnh của xu hướng', en='Adjusted p of the trend'),
    'trend_z': Text(vi='Điểm z của xu hướng', en='z of the trend'),
    'weight': Text(vi='Trọng số', en='Weight'),
    'within': Text(vi='Trong phạm vi', en='Within'),
    'worst': Text(vi='Kém nhất', en='Worst'),
}


def title_of(name: str, figures: Mapping[str, Figure], lang: Lang) -> str:
    """What a member is called: as its process says, as several say alike, or its own name without the unit in it."""
    if depth := DEPTH.fullmatch(name):
        bound = format_number(float(depth['bound'].replace('_', '.')), lang, 'm')
        return f'{title_of(depth["of"], figures, lang)}{BOUNDS[depth["side"]].pick(lang)} {bound}'
    if name in figures:
        return figures[name].title.pick(lang)
    if name in COMMON:
        return COMMON[name].pick(lang)
    if criterion := CRITERION.fullmatch(name):
        return f'{criterion["of"]}: {TITLES[criterion["told"]].pick(lang)}'
    ending = max((end for end in UNITS if name.endswith(end)), key=len, default='')
    plain = name.removesuffix(ending).replace('_', ' ')
    return plain[:1].upper() + plain[1:]


def unit_for(name: str, figures: Mapping[str, Figure]) -> str | None:
    """The unit of a member: as its process says, else as its name does."""
    depth = DEPTH.fullmatch(name)
    plain = depth['of'] if depth else name
    return figures[plain].unit if plain in figures else unit_of(plain)


def column_heading(name: str, figures: Mapping[str, Figure], lang: Lang) -> str:
    """Title and unit, as a table's column or a legend has them: `Tỷ lệ được phục vụ (%)`."""
    unit = unit_text(unit_for(name, figures), lang)
    return title_of(name, figures, lang) + (f' ({unit})' if unit else '')
