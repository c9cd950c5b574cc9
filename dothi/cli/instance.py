"""`dothi up`, `down`, `status`, `serve`, `worker` and `config`: the instance on this machine."""

import json
from typing import Annotated

import typer
from pydantic import BaseModel

from dothi.cli import output, status_screen
from dothi.cli.messages import err
from dothi.cli.options import Json
from dothi.core.errors import describe, exit_code
from dothi.core.foreground import record_foreground
from dothi.core.layer import Audience
from dothi.core.listening import require_closed
from dothi.core.locality import Locality
from dothi.core.locality_file import BadLocalityFile
from dothi.core.own_layers import served_locality
from dothi.core.reader_language import pick_text
from dothi.core.settings import ServerSettings
from dothi.local.database_start import run_database
from dothi.local.demo import DemoSize, left_text, unnoticed_end
from dothi.local.instance import make_new_secrets, make_state_folder, start_instance, stop_instance
from dothi.local.services import services
from dothi.local.standby.record import follows_primary
from dothi.local.status import instance_status
from dothi.local.systemd.running import START_COMMAND, STOP_COMMAND, is_run_by_systemd, run_by_systemd


class Ended(BaseModel):
    """Names of the services that `down` ended."""

    ended: list[str]


def up(
    demo: Annotated[
        DemoSize | None,
        typer.Option(
            envvar='DEMO',
            help='Cỡ của tỉnh minh họa; bỏ trống là small, và no sau "dothi demo leave". · '
            'Size of the demo province; small when left out, and no after "dothi demo leave".',
        ),
    ] = None,
    new_secrets: Annotated[
        bool,
        typer.Option(
            '--new-secrets',
            help='Tạo mới mọi mật khẩu và khóa, khi chúng đã mất hết và không có bản sao. · '
            'Makes all passwords and keys anew, where all of them are gone and there is no copy.',
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Khởi động cơ sở dữ liệu, tỉnh minh họa, bộ phân tích và các dịch vụ; cho biết địa chỉ bản đồ. ·
    Starts database, demo province, worker and services, and says where the map is.
    """
    if is_run_by_systemd():
        if new_secrets:
            make_new_secrets()
        raise run_by_systemd(START_COMMAND)
    with output.progress() as progress:
        status = start_instance(served_locality(), demo, progress, makes_secrets=new_secrets)
    output.document(status, as_json, status_screen.addresses)
    left_at = None if follows_primary() else unnoticed_end()
    if left_at is not None:
        err.print(pick_text(left_text(left_at)), style='yellow', soft_wrap=True)


def down(as_json: Json = False) -> None:
    """Dừng những gì `up` đã khởi động; dữ liệu vẫn còn. · Ends what `up` started; the data stays."""
    if is_run_by_systemd() and not any(service.pid() for service in services()):
        raise run_by_systemd(STOP_COMMAND)
    output.document(Ended(ended=stop_instance()), as_json, output.ended)


def status(as_json: Json = False) -> None:
    """Những gì đang chạy, và bản phát hành đang phục vụ của mỗi lớp. ·
    What runs, and which release of each layer is served.
    """
    from etl.closed_room.fork_server import missing_walls

    locality, wrong = _locality_or_error()
    update = {'missing_walls': missing_walls(), 'locality_error': describe(wrong) if wrong else None}
    output.document(instance_status(locality).model_copy(update=update), as_json, status_screen.status)
    if wrong:
        raise typer.Exit(exit_code(wrong))


def _locality_or_error() -> tuple[Locality | None, BadLocalityFile | None]:
    """The locality, or what is wrong with its files."""
    try:
        return served_locality(), None
    except BadLocalityFile as wrong:
        return None, wrong


def serve(
    audience: Annotated[
        Audience,
        typer.Option(
            help='Phục vụ ai: public là công khai, internal là nội bộ, có tất cả. · '
            'Who is served: public, or internal with everything.'
        ),
    ] = 'internal',
    host: Annotated[
        str | None, typer.Option(help='Địa chỉ lắng nghe; DOTHI_HOST. · Address to listen on; DOTHI_HOST.')
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65_535, help='Cổng lắng nghe; DOTHI_PORT. · Port to listen on; DOTHI_PORT.')
    ] = None,
) -> None:
    """Phục vụ trang bản đồ và OGC API ở cửa sổ này, cho đến khi bị dừng. ·
    Serves portal and OGC API in the foreground, until it is ended.
    """
    server = ServerSettings()
    require_closed(host or server.host)
    from dothi.api.server import serve_api as run_server

    record_foreground(audience)
    run_server(audience, host or server.host, port or (server.port if audience == 'internal' else server.public_port))


def worker(
    concurrency: Annotated[
        int, typer.Option('--concurrency', '-c', min=1, help='Số phân tích chạy cùng lúc. · Jobs at a time.')
    ] = 2,
) -> None:
    """Chạy các phân tích trong hàng đợi ở cửa sổ này, cho đến khi bị dừng. ·
    Works through the queue of analyses in the foreground, until it is ended.
    """
    from processes.queue.job_server import start_job_server

    record_foreground('worker')
    start_job_server()
    from processes.queue.worker import run_worker

    run_worker(concurrency)


def database() -> None:
    """Chạy PostgreSQL riêng ở cửa sổ này, cho đến khi bị dừng; dành cho systemd. ·
    Runs the private PostgreSQL in the foreground, until it is ended; for systemd.
    """
    make_state_folder()
    run_database()


def config(
    rendered: Annotated[
        Audience | None,
        typer.Option(
            help='Hiện cấu hình pygeoapi của dịch vụ này. · Shows the pygeoapi configuration of this service.'
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Mọi cấu hình với giá trị và ý nghĩa; mật khẩu được che. ·
    Every setting with its value and meaning; passwords are masked.
    """
    if rendered:
        from dothi.api.config import render_config

        typer.echo(json.dumps(render_config(rendered), ensure_ascii=False, indent=2, default=str))
        return
    output.document(output.Settings.current(), as_json, output.settings)
