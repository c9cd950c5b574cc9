"""How analyses run, and what their inputs may refer to."""

from typing import Literal

from pydantic import Field

from dothi.core.export.formats import FormatName
from dothi.core.settings import Settings


class JobSettings(Settings):
    """How analyses run."""

    public_echo: Literal['yes', 'no'] = Field(
        'no',
        description='Dịch vụ công khai có phân tích `echo`, dành cho các bộ kiểm thử, hay không. · '
        'Whether the public service offers the process `echo`, which test suites drive.',
    )
    sync_wait_s: float = Field(
        120,
        gt=0,
        description='Thời gian (giây) một yêu cầu đồng bộ chờ kết quả. · '
        'How long a synchronous request waits for its result.',
    )
    job_time_limit_s: float = Field(
        600, gt=0, description='Thời gian (giây) một tác vụ được chạy. · How long one job may run.'
    )
    job_memory_mb: int = Field(
        4_096, gt=0, description='Bộ nhớ nhiều nhất (MB) của một tác vụ. · Memory of one job at most.'
    )
    sync_cost_s: float = Field(
        20,
        ge=0,
        description='Số giây ước tính mà đến mức đó máy khách không nêu cách chạy thì chờ kết quả. · '
        'Estimated seconds up to which a client that leaves it open waits for its result.',
    )
    max_open_jobs: int = Field(
        1_000, gt=0, description='Số tác vụ nhiều nhất đang chờ hoặc chạy. · Jobs that wait or run at once, at most.'
    )
    max_open_jobs_each: int = Field(
        300,
        gt=0,
        description='Như trên, của một người sửa hoặc một địa chỉ máy khách. · '
        'The same of one editor, or of one client address.',
    )
    job_wait_s: float = Field(
        86_400,
        gt=0,
        description='Thời gian (giây) một tác vụ được chờ đến lượt trước khi thất bại. · '
        'How long a job may wait for its turn before it fails.',
    )
    worker_silent_s: float = Field(
        10,
        ge=2,
        description='Thời gian (giây) bộ xử lý tác vụ không có tín hiệu trước khi tác vụ của nó được chuyển đi. · '
        'How long a worker gives no sign of life before its jobs go to another.',
    )
    result_store: Literal['on', 'off'] = Field(
        'on',
        description='Yêu cầu đã được trả lời trên cùng dữ liệu có nhận lại kết quả đã có hay không. · '
        'Whether a request that was answered on the same data gets the result that is there.',
    )
    result_days: float = Field(
        7, gt=0, description='Số ngày lấy được kết quả của tác vụ. · Days for which the results of jobs can be fetched.'
    )
    job_days: float = Field(
        90, gt=0, description='Số ngày còn biết tác vụ đã chạy. · Days for which it is known that a job was run.'
    )
    callback_hosts: list[str] = Field(
        [],
        description='Máy chủ (tên, hoặc tên:cổng) được báo về tác vụ, dạng danh sách JSON; để trống: không báo. · '
        'Hosts (name, or name:port) that may be told of jobs, as a JSON list; none when empty.',
    )
    probe_urls: list[str] = Field(
        [],
        description='Các địa chỉ `/health` được hỏi mỗi phút và đếm câu trả lời, dạng danh sách JSON: độ sẵn sàng '
        'của API. `dothi up` đặt hai dịch vụ của chính nó. · '
        'Addresses of `/health` that the worker asks every minute and counts the answers of, as a JSON '
        'list: the availability of the API. `dothi up` names its own two services.',
    )
    downloads: list[FormatName] = Field(
        ['gpkg', 'csv', 'parquet'],
        description='Các định dạng tệp cả lớp được làm sẵn, dạng danh sách JSON; []: không làm. · '
        'Formats in which whole layers are kept ready, as a JSON list; [] for none.',
    )
    dask: str = Field(
        '',
        description='Bộ lập lịch Dask, như tcp://10.0.0.5:8786, chạy phần nặng của phân tích; để trống: dùng luồng. · '
        'Dask scheduler, such as tcp://10.0.0.5:8786, that heavy parts of analyses run on; empty: '
        'threads.',
    )


class InputSettings(Settings):
    """What an execute request may refer to."""

    input_hosts: list[str] = Field(
        [],
        description='Máy chủ (tên, tên:cổng, địa chỉ IP) được lấy đầu vào, dạng danh sách JSON; []: không lấy. · '
        'Hosts (name, name:port, IP address) that inputs may be fetched from, as a JSON list; [] for '
        'none.',
    )
    input_max_mb: int = Field(
        20,
        gt=0,
        description='Dung lượng nhiều nhất (MB) của đầu vào được lấy về hoặc gửi kèm. · '
        'Size at most of an input that is fetched, or sent along.',
    )
    input_wait_s: float = Field(
        20, gt=0, description='Thời gian (giây) được lấy một đầu vào. · How long fetching an input may take.'
    )
