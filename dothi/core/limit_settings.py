"""How much requests, files, clients and pictures may take."""

from pydantic import Field

from dothi.core.settings import Settings


class LimitSettings(Settings):
    """How much one request may ask for."""

    default_items: int = Field(
        10,
        gt=0,
        description='Số đối tượng của một trang khi không nêu limit. · Items of one page when no limit is asked for.',
    )
    max_items: int = Field(
        10_000, gt=0, description='Số đối tượng nhiều nhất của một trang. · Items of one page at most.'
    )
    count_max_cost: float = Field(
        250_000,
        ge=0,
        description='Chi phí ước tính của truy vấn mà đến mức đó numberMatched được đếm. · '
        "The planner's cost up to which filtered items are counted for numberMatched.",
    )
    max_cells: int = Field(
        16_000_000,
        gt=0,
        description='Số ô nhiều nhất, tính mọi dải, của một phần raster. · '
        'Cells, of all bands together, of a part of a raster at most.',
    )
    max_json_cells: int = Field(
        1_000_000,
        gt=0,
        description='Như trên, khi ghi dạng văn bản (CoverageJSON). · '
        'The same where they are written as text (CoverageJSON).',
    )
    filter_max_length: int = Field(
        20_000, gt=0, description='Số ký tự nhiều nhất của một bộ lọc. · Characters of a filter at most.'
    )
    filter_max_depth: int = Field(
        32, gt=0, description='Độ sâu lồng nhau nhiều nhất của một bộ lọc. · Depth of a nested filter at most.'
    )
    max_unpacked_mb: int = Field(
        20_000,
        gt=0,
        description='Dung lượng nhiều nhất (MB) của tệp nén sau khi bung. · Size of an unpacked archive at most.',
    )
    max_upload_mb: int = Field(
        20,
        gt=0,
        description='Dung lượng nhiều nhất (MB) của tệp gửi cho một phân tích. · '
        'Size of a file that is sent to a process at most.',
    )
    max_document_mb: int = Field(
        1_000,
        gt=0,
        description='Dung lượng nhiều nhất (MB) của tệp KML, GML, DXF hoặc XLSX đã bung được giao. · '
        'Size of a delivered KML, GML, DXF or unpacked XLSX at most.',
    )


class UploadSettings(Settings):
    """How files come in parts."""

    max_resumable_mb: int = Field(
        2_048,
        gt=0,
        description='Dung lượng nhiều nhất (MB) của tệp được gửi từng phần (tus). · '
        'Size of a file that comes in parts (tus) at most.',
    )
    upload_days: int = Field(
        3,
        gt=0,
        description='Số ngày giữ một tệp gửi dở dang kể từ phần cuối cùng đã nhận. · '
        'How long a file that was not delivered is kept after its last part, in days.',
    )


class RoomSettings(Settings):
    """What reading one foreign file may cost, in the closed room."""

    room_seconds: int = Field(
        40,
        gt=0,
        description='Thời gian bộ xử lý để đọc một tệp nhỏ, và thời gian chờ lâu nhất cho các hàng tiếp theo, tính '
        'bằng giây. · '
        'Processor time of reading a small file, and the longest wait for its next rows, in seconds.',
    )
    room_seconds_per_mb: float = Field(
        2,
        ge=0,
        description='Thời gian cộng thêm cho mỗi MB của tệp, tính bằng giây. · '
        'How much is added to that for each MB of the file.',
    )
    room_memory_mb: int = Field(
        4_000,
        gt=0,
        description='Bộ nhớ (MB) để đọc một tệp, ngoài phần của các thư viện. · '
        'Address space of reading a file, on top of what the libraries take.',
    )
    room_scratch_mb: int = Field(
        20_000,
        gt=0,
        description='Dung lượng (MB) của tệp được bung hoặc chép ra để đọc. · '
        'Size of a file that is unpacked or copied for reading.',
    )
    room_open_files: int = Field(
        1_024,
        gt=0,
        description='Số tệp được mở cùng lúc khi đọc một tệp. · Files that reading a file may have open at once.',
    )
    max_raster_cells: int = Field(
        1_000_000_000,
        gt=0,
        description='Số ô nhiều nhất, tính mọi dải, của raster được giao. · '
        'Cells, of all bands together, of a delivered raster at most.',
    )
    max_raster_bands: int = Field(
        256, gt=0, description='Số dải nhiều nhất của raster được giao. · Bands of a delivered raster at most.'
    )


class ClientSettings(Settings):
    """How much one client, an address, may ask of the public service."""

    client_requests_per_s: float = Field(
        400,
        ge=0,
        description='Số yêu cầu mỗi giây mà dịch vụ nhận từ một máy khách; 0: không giới hạn. · '
        'Requests a second that the service takes from a client; 0: any number.',
    )
    client_burst: float = Field(
        800,
        ge=1,
        description='Số yêu cầu mà một máy khách được gửi dồn sau một lúc nghỉ. · '
        'Requests that a client may send at once after a pause.',
    )
    client_queries: int = Field(
        12,
        gt=0,
        description='Số truy vấn của một máy khách mà dịch vụ chạy cùng lúc. · '
        'Queries of a client that the service runs at a time.',
    )
    client_open_jobs: int = Field(
        50,
        gt=0,
        description='Số tác vụ nhiều nhất đang chờ hoặc chạy của một máy khách. · '
        'Jobs of a client that wait or run at once, at most.',
    )
    client_stored_mb: int = Field(
        500,
        gt=0,
        description='Dung lượng nhiều nhất (MB) của đầu vào và kết quả được giữ cho một máy khách. · '
        'Size of the inputs and results that are kept of a client, at most.',
    )
    filter_max_cost: float = Field(
        10_000_000,
        ge=0,
        description='Chi phí ước tính mà đến mức đó một bộ lọc được chạy ở dịch vụ công khai; 0: không giới hạn. · '
        "The planner's cost up to which a filter is run for the public; 0: any.",
    )


class TileSettings(Settings):
    """How map tiles are kept."""

    tile_cache_mb: int = Field(
        1_000,
        ge=0,
        description='Dung lượng (MB) ô bản đồ mà mỗi dịch vụ giữ trong `cache` của thư mục trạng thái; 0: không giữ. · '
        'Size of the map tiles kept by each service in `cache`, in the state folder; 0: none.',
    )


class MapSettings(Settings):
    """How map images are drawn."""

    map_renderers: int = Field(
        2,
        gt=0,
        description='Số tiến trình vẽ nhiều nhất của một tiến trình web. · Renderers that one web process has at most.',
    )
    map_queue: int = Field(
        48,
        ge=0,
        description='Số yêu cầu của một tiến trình web được chờ tiến trình vẽ: mỗi yêu cầu giữ một luồng, nên phải '
        'chừa luồng cho các yêu cầu khác. · '
        'Requests of one web process that may wait for a renderer: each keeps one of its threads, and '
        'with the renderers they are to leave some for other requests.',
    )
    map_wait_s: float = Field(
        20,
        gt=0,
        description='Thời gian (giây) một yêu cầu được chờ tiến trình vẽ. · '
        'How long a request may wait for a renderer.',
    )
    map_seconds: float = Field(
        20, gt=0, description='Thời gian (giây) được vẽ một ảnh bản đồ. · How long one map image may take to draw.'
    )
    map_memory_mb: int = Field(
        1_000, gt=0, description='Bộ nhớ nhiều nhất (MB) của một tiến trình vẽ. · Memory of one renderer at most.'
    )
    map_max_pixels: int = Field(
        25_000_000, gt=0, description='Số điểm ảnh nhiều nhất của một ảnh bản đồ. · Pixels of one map image at most.'
    )
    map_cache_mb: int = Field(
        1_000,
        ge=0,
        description='Dung lượng (MB) ảnh bản đồ mà mỗi dịch vụ giữ trong `cache` của thư mục trạng thái; 0: không '
        'giữ. · '
        'Size of the map images kept by each service in `cache`, in the state folder; 0: none.',
    )
    map_max_layers: int = Field(
        40,
        gt=0,
        description='Số lớp nhiều nhất mà yêu cầu một ảnh bản đồ được nêu tên; một nhóm là một tên. · '
        'Layers that a request for a map image may name; a group is one name.',
    )
