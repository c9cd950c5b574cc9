"""What norms say, in words: names, clauses, what they are for, on what condition, and from where they measure.

A locality may have norms of other names; those stand as its `norms.csv` writes them.
"""

import re

from dothi.core.text import Text

NORMS = {
    'power_line_corridor': Text(vi='hành lang an toàn lưới điện', en='safety corridor of power lines'),
    'river_dike_corridor': Text(vi='hành lang bảo vệ đê sông', en='protection corridor of river dikes'),
    'sea_dike_corridor': Text(vi='hành lang bảo vệ đê biển', en='protection corridor of sea dikes'),
    'road_safety_strip': Text(vi='hành lang an toàn đường bộ', en='safety strip of roads'),
    'road_technical_class': Text(vi='cấp kỹ thuật của đường', en='technical class of roads'),
    'wastewater_isolation': Text(vi='khoảng cách an toàn môi trường của công trình nước thải',
                                 en='isolation distance of wastewater works'),
    'landfill_isolation': Text(vi='khoảng cách an toàn môi trường của bãi chôn lấp',
                               en='isolation distance of landfills'),
    'cemetery_isolation': Text(vi='khoảng cách an toàn môi trường của nghĩa trang',
                               en='isolation distance of cemeteries'),
    'service_distance': Text(vi='bán kính phục vụ', en='service distance'),
    'hydrant_spacing': Text(vi='khoảng cách trụ nước chữa cháy', en='spacing of hydrants'),
    'facilities_per_unit': Text(vi='số cơ sở mỗi đơn vị', en='facilities in each unit'),
    'green_space_per_person': Text(vi='đất cây xanh cho mỗi người', en='green space per person'),
    'sea_level_area_at_risk': Text(vi='diện tích có nguy cơ ngập theo kịch bản', en='area at risk by the scenario'),
    'small_cell': Text(vi='ít nhất để công bố', en='least number that is published'),
}  # fmt: skip
SUBJECTS = {
    'power_line': Text(vi='đường dây điện', en='power line'),
    'special': Text(vi='cấp đặc biệt', en='special class'),
    **{str(number): Text(vi=f'cấp {number}', en=f'class {number}') for number in range(1, 6)},
    'road': Text(vi='đường bộ', en='road'),
    'national': Text(vi='quốc gia', en='national'),
    'provincial': Text(vi='cấp tỉnh', en='provincial'),
    'district': Text(vi='cấp huyện', en='district'),
    'commune': Text(vi='cấp xã', en='commune'),
    'province': Text(vi='toàn tỉnh', en='province'),
    'pumping_station': Text(vi='trạm bơm nước thải', en='wastewater pumping station'),
    'treatment_works': Text(vi='trạm xử lý nước thải', en='wastewater treatment works'),
    'inorganic': Text(vi='bãi chất thải vô cơ', en='landfill of inorganic waste'),
    'sanitary': Text(vi='bãi chôn lấp hợp vệ sinh', en='sanitary landfill'),
    'cemetery': Text(vi='nghĩa trang', en='cemetery'),
    'kindergarten': Text(vi='trường mầm non', en='kindergarten'),
    'primary': Text(vi='trường tiểu học', en='primary school'),
    'secondary': Text(vi='trường trung học cơ sở', en='lower secondary school'),
    'park': Text(vi='công viên', en='park'),
    'playground': Text(vi='sân chơi', en='playground'),
    'fire_station': Text(vi='trụ sở cảnh sát chữa cháy', en='fire station'),
    'hydrant': Text(vi='trụ nước chữa cháy', en='hydrant'),
    'station': Text(vi='trạm y tế', en='health station'),
    'any': Text(vi='mọi đối tượng', en='any'),
}
CONDITIONS = {
    'insulated': Text(vi='dây bọc', en='insulated'),
    'bare': Text(vi='dây trần', en='bare'),
    'open': Text(vi='hở', en='open'),
    'enclosed': Text(vi='kín', en='enclosed'),
    'treated': Text(vi='đã xử lý', en='treated'),
    'untreated': Text(vi='chưa xử lý', en='untreated'),
    'settlement': Text(vi='khu dân cư', en='settlement'),
    'landward': Text(vi='phía đồng', en='landward'),
    'riverward': Text(vi='phía sông', en='riverward'),
    'seaward': Text(vi='phía biển', en='seaward'),
    'urban': Text(vi='đô thị', en='urban'),
    'rural': Text(vi='nông thôn', en='rural'),
    'any': Text(vi='mọi trường hợp', en='any'),
}
MEASURED_FROM = {
    'outermost conductor': Text(vi='dây dẫn ngoài cùng', en='outermost conductor'),
    'line as drawn': Text(vi='tuyến như đã vẽ', en='line as drawn'),
    'half the width beside the line as drawn': Text(vi='nửa bề rộng bên tuyến đã vẽ',
                                                    en='half the width beside the line as drawn'),
    'foot of the dike': Text(vi='chân đê', en='foot of the dike'),
    'edge of the road land': Text(vi='mép đất của đường bộ', en='edge of the road land'),
    'not measured': Text(vi='không đo', en='not measured'),
    'edge of the works to the dwelling': Text(vi='từ mép công trình đến nhà ở', en='edge of the works to the dwelling'),
    'edge of the cemetery to the dwelling': Text(vi='từ mép nghĩa trang đến nhà ở',
                                                 en='edge of the cemetery to the dwelling'),
    'dwelling to the facility': Text(vi='từ nhà ở đến cơ sở', en='dwelling to the facility'),
    'dwelling to the facility along actual access': Text(vi='từ nhà ở đến cơ sở theo đường tiếp cận thực tế',
                                                         en='dwelling to the facility along actual access'),
    'hydrant to hydrant along the street': Text(vi='giữa hai trụ dọc theo phố',
                                                en='hydrant to hydrant along the street'),
    'area of the province': Text(vi='diện tích của tỉnh', en='area of the province'),
    'one cell in one period': Text(vi='một ô trong một kỳ', en='one cell in one period'),
}  # fmt: skip
CLAUSES = {
    'Decree 14/2014/ND-CP, art. 11': Text(vi='Nghị định 14/2014/NĐ-CP, Điều 11', en='Decree 14/2014/ND-CP, art. 11'),
    'Decree 11/2010/ND-CP, art. 15': Text(vi='Nghị định 11/2010/NĐ-CP, Điều 15', en='Decree 11/2010/ND-CP, art. 15'),
    'Law on Dikes 2006, art. 23': Text(vi='Luật Đê điều 2006, Điều 23', en='Law on Dikes 2006, art. 23'),
    'QCVN 01:2021/BXD, table 2.22': Text(vi='QCVN 01:2021/BXD, bảng 2.22', en='QCVN 01:2021/BXD, table 2.22'),
    'Sea level rise scenario 2020': Text(vi='Kịch bản nước biển dâng 2020', en='Sea level rise scenario 2020'),
    'Assumed from who manages the road; no clause': Text(
        vi='Giả định theo cơ quan quản lý đường; không có điều khoản', en='Assumed from who manages the road; no clause'
    ),
    "Law 91/2025/QH15 and Decree 13/2023/ND-CP, which name no number: 5 is the locality's choice": Text(
        vi='Luật 91/2025/QH15 và Nghị định 13/2023/NĐ-CP, không nêu số: 5 là lựa chọn của địa phương',
        en="Law 91/2025/QH15 and Decree 13/2023/ND-CP, which name no number: 5 is the locality's choice",
    ),
}
# A class of values as PostgreSQL writes a range, and its unit: `(35,110] kV`.
RANGE = re.compile(r'(?P<begins>[\[(])(?P<low>[^,]*),(?P<high>[^\])]*)(?P<ends>[\])]) ?(?P<unit>.*)')
FROM = {'[': Text(vi='từ', en='from'), '(': Text(vi='trên', en='over')}
TO = {']': Text(vi='đến', en='up to'), ')': Text(vi='dưới', en='below')}


def clause_words(clause: str) -> Text:
    """The clause in both languages; one of a locality's own as its `norms.csv` writes it."""
    return CLAUSES.get(clause, Text(vi=clause, en=clause))


def class_words(text: str) -> Text:
    """A class of values as people read it: `trên 35 đến 110 kV`; anything else as it is."""
    match = RANGE.fullmatch(text)
    if match is None:
        return Text(vi=text, en=text)
    low, high, unit = match['low'], match['high'], match['unit']
    if low == high:
        return Text(vi=f'{low} {unit}'.strip(), en=f'{low} {unit}'.strip())
    sides = [(FROM[match['begins']], low)] * bool(low) + [(TO[match['ends']], high)] * bool(high)
    words = Text.join(' ', [Text(vi=f'{side.vi} {value}', en=f'{side.en} {value}') for side, value in sides])
    return Text(vi=f'{words.vi} {unit}'.strip(), en=f'{words.en} {unit}'.strip())
