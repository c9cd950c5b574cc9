"""Names that streets of Vietnamese towns commonly have: persons and events of history, and old trades."""

import numpy as np

from demo.chance import generator

# Roughly by how often they are met. Many differ in a letter or an accent, as they really do.
PERSONS_AND_EVENTS = (
    'Trần Hưng Đạo', 'Lê Lợi', 'Quang Trung', 'Nguyễn Trãi', 'Lý Thường Kiệt', 'Hai Bà Trưng', 'Trần Phú',
    'Lê Hồng Phong', 'Nguyễn Du', 'Hùng Vương', 'Điện Biên', 'Phan Đình Phùng', 'Ngô Quyền', 'Bà Triệu', 'Lê Lai',
    'Nguyễn Huệ', 'Phan Bội Châu', 'Phan Chu Trinh', 'Hoàng Văn Thụ', 'Nguyễn Thị Minh Khai', 'Lê Thánh Tông',
    'Trần Nhân Tông', 'Trần Thánh Tông', 'Lê Đại Hành', 'Đinh Tiên Hoàng', 'Lý Thái Tổ', 'Trần Quang Khải',
    'Trần Nhật Duật', 'Trần Quốc Toản', 'Trần Khánh Dư', '19 tháng 8', '30 tháng 4', '2 tháng 9', 'Giải Phóng',
    'Nguyễn Văn Trỗi', 'Nguyễn Văn Cừ', 'Võ Thị Sáu', 'Lý Tự Trọng', 'Kim Đồng', 'Nguyễn Bỉnh Khiêm',
    'Nguyễn Khuyến', 'Trần Tế Xương', 'Lương Thế Vinh', 'Nguyễn Hiền', 'Nguyễn Công Trứ', 'Chu Văn An', 'Lê Quý Đôn',
    'Hồ Xuân Hương', 'Đoàn Thị Điểm', 'Nguyễn Đình Chiểu', 'Cao Bá Quát', 'Tô Hiến Thành', 'Lê Chân', 'Yết Kiêu',
    'Dã Tượng', 'Phạm Ngũ Lão', 'Phạm Hồng Thái', 'Hoàng Hoa Thám', 'Nguyễn Thái Học', 'Tôn Thất Thuyết', 'Hàm Nghi',
    'Duy Tân', 'Hoàng Diệu', 'Nguyễn Tri Phương', 'Trương Định', 'Trương Hán Siêu', 'Thủ Khoa Huân',
    'Nguyễn Trung Trực', 'Trần Đăng Ninh', 'Trường Chinh', 'Lê Duẩn', 'Nguyễn Lương Bằng', 'Ngô Gia Tự',
    'Nguyễn Đức Cảnh', 'Nguyễn Phong Sắc', 'Hà Huy Tập', 'Hà Huy Giáp', 'Lê Thanh Nghị', 'Lê Trọng Tấn',
    'Tô Hiệu', 'Tô Ngọc Vân', 'Tô Vĩnh Diện', 'Phan Đình Giót', 'Bế Văn Đàn', 'La Văn Cầu', 'Cù Chính Lan',
    'Nguyễn Viết Xuân', 'Trần Quý Cáp', 'Trần Quý', 'Trần Bình Trọng', 'Trần Cao Vân', 'Trần Can', 'Lý Nam Đế',
    'Lý Bôn', 'Lý Thánh Tông', 'Lý Nhân Tông', 'Triệu Việt Vương', 'Triệu Quang Phục', 'Mai Hắc Đế', 'Mai Thúc Loan',
    'Phùng Hưng', 'Khúc Thừa Dụ', 'Khúc Hạo', 'Dương Đình Nghệ', 'Ngô Sĩ Liên', 'Ngô Thì Nhậm', 'Ngô Thì Sĩ',
    'Lê Văn Hưu', 'Lê Văn Thịnh', 'Lê Hữu Trác', 'Lê Ngọc Hân', 'Lê Hoàn', 'Lê Phụng Hiểu', 'Bùi Thị Xuân',
    'Bùi Huy Bích', 'Bùi Bằng Đoàn', 'Nguyễn Cao', 'Nguyễn Biểu', 'Nguyễn Xí', 'Nguyễn Chích', 'Nguyễn Siêu',
    'Nguyễn Gia Thiều', 'Nguyễn Thiếp', 'Nguyễn Trường Tộ', 'Nguyễn Quyền', 'Lương Văn Can', 'Lương Ngọc Quyến',
    'Phạm Ngọc Thạch', 'Phạm Văn Nghị', 'Phan Huy Chú', 'Phan Huy Ích', 'Phan Phu Tiên', 'Đào Duy Từ', 'Đào Tấn',
    'Đặng Dung', 'Đặng Tất', 'Đặng Thai Mai', 'Đặng Xuân Bảng', 'Đặng Xuân Viện', 'Vũ Trọng Phụng', 'Vũ Ngọc Phan',
    'Nam Cao', 'Ngô Tất Tố', 'Nguyễn Công Hoan', 'Nguyễn Tuân', 'Xuân Diệu', 'Tản Đà', 'Hàn Thuyên', 'Mạc Đĩnh Chi',
    'Mạc Thị Bưởi', 'Vạn Xuân', 'Bạch Đằng', 'Chi Lăng', 'Đống Đa', 'Hàm Tử', 'Chương Dương', 'Bắc Sơn',
    'Cách Mạng Tháng Tám',
)  # fmt: skip
TRADES = (
    'Hàng Tiện', 'Hàng Đồng', 'Hàng Thao', 'Hàng Sắt', 'Hàng Cấp', 'Hàng Cau', 'Hàng Nâu', 'Hàng Thiếc', 'Hàng Đường',
)  # fmt: skip
# By how many places of the list a town's taste may move a name.
TASTE = 45
LONG_STREET_M = 400.0


def names_of_town(town: str, seed: int) -> list[str]:
    """All names in the order in which a town takes them, each once: those often met before the others."""
    names = [*PERSONS_AND_EVENTS, *TRADES]
    rank = np.arange(len(names)) + generator(seed, f'street names {town}').uniform(0, TASTE, len(names))
    return [names[i] for i in np.argsort(rank)]


def street_name(name: str, length_m: float) -> str:
    """'Đường Lê Lợi' for a long street, 'Phố Lê Lợi' for a short one and wherever a trade had its shops."""
    return f'Đường {name}' if length_m >= LONG_STREET_M and name not in TRADES else f'Phố {name}'
