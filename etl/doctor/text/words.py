"""Words with more than ASCII letters, by which encodings are judged, and those that most tables have."""

import re

# Between words there is no letter and no symbol, for in text that was misread symbols stand inside words.
WORD = re.compile('[A-Za-z\u00a1-\u200a\u2020-\u2025\u2027-\uffff]+')


def accented_words(text: str) -> list[str]:
    """The words of `text` that are not plain ASCII."""
    return [word for word in WORD.findall(text) if not word.isascii()]


# One of them says more than another syllable.
WRITTEN = """
xã phường thị trấn huyện quận thành phố tỉnh thôn xóm tổ ấp khối đội làng số của và các có không được trên dưới
đường ngõ hẻm sông kênh rạch đê đập cống hồ cầu bến bãi chợ nhà trường trạm bệnh viện học tiểu mầm sở giáo dục
y tế công cộng nghiệp nông thủy thuỷ lợi điện nước cấp thoát rác thải nghĩa trang đất ở vườn rừng biển đông tây
bắc trung hạ thượng hải hưng hòa hoà bình phú phúc thịnh tân định xuân nguyễn trần lê phạm hoàng đình đền chùa
loại hình tên mã diện tích chiều dài rộng ngày năm địa chỉ đơn vị quản lý chủ sử dụng bê tông nhựa đá tốt xấu
"""
COMMON_WORDS = frozenset(WRITTEN.split())
