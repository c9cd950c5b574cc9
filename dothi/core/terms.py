"""The terms of the project, one for each thing, in both languages; `docs/reference/glossary.md` comes from here."""

from dataclasses import dataclass

from dothi.core.text import Text


@dataclass(frozen=True)
class Term:
    """One thing and what it is called.

    name: the term, as texts write it in the middle of a sentence. meaning: one sentence. avoid_vi: other Vietnamese
    words for it, which no text may use where its English names this term.
    """

    name: Text
    meaning: Text
    avoid_vi: tuple[str, ...] = ()


TERMS = (
    Term(
        Text(vi='cơ quan', en='agency'),
        Text(
            vi='Đơn vị giao dữ liệu và chịu trách nhiệm về một số lớp; khai báo trong `agencies.yml`.',
            en='Who delivers data and answers for some layers; declared in `agencies.yml`.',
        ),
    ),
    Term(
        Text(vi='đầu mối', en='focal point'),
        Text(
            vi='Vai trò ở một cơ quan gửi tệp và nhận phiếu.',
            en='The role at an agency that sends files and gets receipts.',
        ),
    ),
    Term(
        Text(vi='lớp', en='layer'),
        Text(
            vi='Các đối tượng cùng loại với cùng các cột, mô tả trong một tệp của `layers/`.',
            en='Features of one kind with the same columns, described by a file of `layers/`.',
        ),
    ),
    Term(
        Text(vi='raster', en='coverage'),
        Text(
            vi='Giá trị trên các ô đều, mô tả trong `coverages/`.',
            en='Values on even cells, described in `coverages/`.',
        ),
    ),
    Term(
        Text(vi='đợt giao', en='delivery'),
        Text(
            vi='Một tệp được gửi cho một lớp, với mọi điều đã thấy, đã quyết định và kết quả.',
            en='One file that was handed over for a layer, with what was found and decided, and its outcome.',
        ),
        ('lần giao', 'bản giao'),
    ),
    Term(
        Text(vi='bản phát hành', en='release'),
        Text(
            vi='Trạng thái của một lớp được phục vụ từ một thời điểm; có số, không bao giờ bị sửa.',
            en='The state of a layer that is served from a moment on; it has a number and is never changed.',
        ),
        ('phiên bản', 'lần phát hành', 'đợt phát hành'),
    ),
    Term(
        Text(vi='phạm vi', en='scope'),
        Text(
            vi='Phần của lớp mà một đợt giao nói tới: cả lớp hoặc một đơn vị. Ngoài phạm vi không có gì thay đổi.',
            en='The part of a layer that a delivery speaks for: all, or one unit. Nothing outside it changes.',
        ),
    ),
    Term(
        Text(vi='khu cách ly', en='quarantine'),
        Text(vi='Nơi giữ các hàng lỗi, kèm lý do.', en='Where rows with faults are kept, with the reasons.'),
    ),
    Term(
        Text(vi='phiếu nhận', en='receipt'),
        Text(
            vi='Trang trả lời đầu mối: đã nhận gì, cần sửa gì, đang hỏi gì.',
            en='The page that answers the focal point: what was taken, what to correct, what is asked.',
        ),
        ('biên nhận',),
    ),
    Term(
        Text(vi='hộp nhận', en='inbox'),
        Text(
            vi='Thư mục riêng của mỗi cơ quan; tệp đặt vào đó được giao.',
            en="Each agency's folder; files put there are delivered.",
        ),
        ('hộp thư đến',),
    ),
    Term(
        Text(vi='bản gốc', en='original'),
        Text(vi='Tệp đúng như đã nhận, được giữ trong kho.', en='The file exactly as it came, kept in the store.'),
    ),
    Term(
        Text(vi='tập thay đổi', en='change set'),
        Text(vi='Các chỉnh sửa chờ duyệt cùng nhau.', en='Edits that wait for review together.'),
        ('bộ thay đổi',),
    ),
    Term(
        Text(vi='mâu thuẫn', en='conflict'),
        Text(
            vi='Đối tượng được sửa ở đây và khác đi trong tệp.',
            en='A feature that was edited here and differs in the file.',
        ),
        ('xung đột',),
    ),
    Term(
        Text(vi='phân tích', en='analysis'),
        Text(
            vi='Phép tính trên các lớp, là một process của OGC API - Processes.',
            en='A computation on layers; a process of OGC API - Processes.',
        ),
    ),
    Term(
        Text(vi='tác vụ', en='job'),
        Text(vi='Một lần chạy một phân tích.', en='One run of an analysis.'),
        ('công việc',),
    ),
    Term(
        Text(vi='vùng', en='zone'),
        Text(
            vi='Diện tích mà một phân tích cộng hoặc báo cáo theo.',
            en='An area by which an analysis adds up or reports.',
        ),
    ),
    Term(
        Text(vi='quy chuẩn', en='norm'),
        Text(
            vi='Giá trị do một văn bản quy định, kèm điều khoản, trong `norms.csv`.',
            en='A value that a document prescribes, with its clause, in `norms.csv`.',
        ),
        ('định mức',),
    ),
    Term(
        Text(vi='đơn vị hành chính', en='administrative unit'),
        Text(
            vi='Đơn vị của một cấp, như tỉnh hoặc xã, với mã và thời gian có hiệu lực.',
            en='A unit of some level, such as a province or a commune, with its code and the time in which it exists.',
        ),
    ),
    Term(
        Text(vi='kiểm tra bản cài đặt', en='installation check'),
        Text(
            vi='Lệnh `dothi doctor`: máy, dịch vụ và cơ sở dữ liệu có như cần có không, và phải làm gì. '
            'Việc đọc tọa độ và chữ của một tệp là chẩn đoán.',
            en='The command `dothi doctor`: whether machine, services and database are as they should be, and what to '
            'do. How coordinates and letters of a file are read is its diagnosis.',
        ),
    ),
    Term(
        Text(vi='máy chính', en='primary'),
        Text(
            vi='Máy nhận thay đổi và phục vụ, khi có một máy dự phòng theo nó.',
            en='The machine that takes changes and serves, where a standby follows it.',
        ),
    ),
    Term(
        Text(vi='máy dự phòng', en='standby'),
        Text(
            vi='Máy có mọi hàng và mọi tệp của máy chính, chậm hơn một chút, và thay nó bằng một lệnh.',
            en='A machine that has all that the primary has, a moment later, and takes its place by one command.',
        ),
    ),
)  # fmt: skip
