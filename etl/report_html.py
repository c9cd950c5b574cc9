"""A report as one HTML page in both languages, with everything inside: it opens from a mail or a folder."""

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, Template
from markupsafe import Markup

from dothi.core.errors import WrongUse
from etl.doctor.coordinates.explanation import metres
from etl.quality import ELEMENTS
from etl.report import Report
from etl.report_crs_map import candidate_map
from etl.report_map import svg

SHOWN_ROWS = 500


class NoFolder(WrongUse):
    """The folder that a report should go to is not there."""


def write_page(report: Report, file: Path) -> None:
    """Writes the page to `file`; raises NoFolder."""
    must_be_writable(file)
    file.write_text(page(report), encoding='utf-8')


def must_be_writable(file: Path, option: str = '--html') -> None:
    """Raises NoFolder, which names the option, where the folder for `file` is not there."""
    if not file.absolute().parent.is_dir():
        raise NoFolder(
            vi=f'{option} {file}: không có thư mục {file.parent}. Tạo thư mục trước.',
            en=f'{option} {file}: there is no folder {file.parent}. Make it first.',
        )


def page(report: Report, lang: str = 'vi') -> str:
    """The page; it opens in `lang` and switches without a script."""
    drawn = candidate_map(report)
    return _template().render(
        report=report,
        english=lang.lower().startswith('en'),
        map=Markup(svg(report)),  # noqa: S704 (made here from numbers and fixed words)
        crs_map=drawn and Markup(drawn.svg),  # noqa: S704
        colours={candidate.crs: colour for colour, candidate in drawn.legend} if drawn else {},
        faults=report.rows.bad[:SHOWN_ROWS],
        more=max(0, sum(report.rows.by_code.values()) - SHOWN_ROWS),
        warnings=report.rows.warnings[:SHOWN_ROWS],
        more_warnings=max(0, sum(report.rows.warnings_by_code.values()) - SHOWN_ROWS),
        repairs=report.rows.repairs[:SHOWN_ROWS],
        elements={ELEMENTS[name]: count for name, count in report.rows.quality.items() if name in ELEMENTS},
    )


@lru_cache
def _template() -> Template:
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.globals['metres'] = metres
    return environment.from_string(PAGE)


PAGE = """\
{% macro say(vi, en) %}
<span class="vi" lang="vi">{{ vi }}</span><span class="en" lang="en">{{ en }}</span>
{%- endmacro %}
<!doctype html>
<html lang="{{ 'en' if english else 'vi' }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ report.file }} → {{ report.layer }}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; color: #1b1f24; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #d5dae0; }
.verdict { display: inline-block; padding: .2rem .8rem; border-radius: .3rem; color: #fff; font-weight: 600; }
.accepted { background: #1a7f37; } .returned { background: #b3261e; } .undecided { background: #8a5a00; }
#en:checked ~ main .vi, #vi:checked ~ main .en { display: none; }
svg { max-width: 100%; height: auto; } .frame { fill: #f4f6f8; stroke: #8b949e; }
.unit { fill: #e3e8ee; stroke: #6e7781; } .bad { fill: #b3261e; stroke: #fff; }
.noted { fill: #d4a72c; stroke: #fff; } .far { fill: #8a5a00; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 50%; }
.maps { display: flex; flex-wrap: wrap; gap: 1rem; align-items: end; }
.scale { stroke: #1b1f24; stroke-width: 2; } svg text { font-size: 12px; }
code, .crs { white-space: nowrap; }
</style>
</head>
<body>
<input type="radio" name="lang" id="vi" {{ '' if english else 'checked' }}><label for="vi">Tiếng Việt</label>
<input type="radio" name="lang" id="en" {{ 'checked' if english else '' }}><label for="en">English</label>
<main>
<h1>{{ report.file }} → {{ report.layer }}</h1>
<p class="verdict {{ report.verdict }}">
{% if report.verdict == 'accepted' %}{{ say('Nhận', 'Accepted') }}
{% elif report.verdict == 'returned' %}{{ say('Trả lại', 'Returned') }}
{% else %}{{ say('Chờ quyết định', 'Undecided') }}{% endif %}
{% if report.dry_run %}{{ say('(chỉ kiểm tra)', '(check only)') }}{% endif %}</p>
<table>
{% if report.delivery %}<tr><th>{{ say('Đợt giao', 'Delivery') }}</th><td>{{ report.delivery }}</td></tr>{% endif %}
{% if report.release %}<tr><th>{{ say('Phiên bản', 'Release') }}</th><td>{{ report.release }}
{% if report.unchanged %}{{ say('(không đổi)', '(unchanged)') }}{% endif %}</td></tr>{% endif %}
<tr><th>{{ say('Hệ tọa độ', 'Coordinate system') }}</th><td>{{ report.crs.decided or '?' }}
({{ say('khai báo', 'declared') }}: {{ report.crs.declared or '–' }})</td></tr>
{% if report.crs.rivals %}<tr><th>{{ say('Không loại trừ được', 'Not excluded') }}</th><td>
{% for rival in report.crs.rivals %}{{ rival.crs }} ({{ say('lệch', 'off by') }} {{ metres(rival.distance_m) }})
{{- '; ' if not loop.last }}{% endfor %}</td></tr>{% endif %}
{% if report.rows.read %}<tr><th>{{ say('Ô', 'Cells') if report.raster else say('Hàng', 'Rows') }}</th>
<td>{{ report.rows.read }} {{ say('đọc', 'read') }},
{{ report.rows.good }} {{ say('đạt', 'good') }}, {{ report.rows.bad_rows }} {{ say('lỗi', 'bad') }}</td></tr>{% endif %}
{% if report.rows.by_code %}<tr><th>{{ say('Lỗi', 'Faults') }}</th><td>
{% for code, count in report.rows.by_code.items() %}
<code>{{ code }}</code>: {{ count }}{{ '; ' if not loop.last }}
{% endfor %}</td></tr>{% endif %}
{% if report.rows.warnings_by_code %}<tr><th>{{ say('Cảnh báo', 'Warnings') }}</th><td>
{% for code, count in report.rows.warnings_by_code.items() %}
<code>{{ code }}</code>: {{ count }}{{ '; ' if not loop.last }}
{% endfor %}</td></tr>{% endif %}
{% if report.rows.repairs_by_kind %}<tr><th>{{ say('Đã sửa', 'Repaired') }}</th><td>
{% for kind, count in report.rows.repairs_by_kind.items() %}
<code>{{ kind }}</code>: {{ count }}{{ '; ' if not loop.last }}
{% endfor %}</td></tr>{% endif %}
{% if elements %}<tr><th>{{ say('Chất lượng theo ISO 19157', 'Quality by ISO 19157') }}</th><td>
{% for title, count in elements.items() %}
{{ say(title.vi, title.en) }}: {{ count }}{{ '; ' if not loop.last }}
{% endfor %}</td></tr>{% endif %}
{% if report.raster %}<tr><th>{{ say('Lưới', 'Grid') }}</th><td>{{ report.raster.width }} × {{ report.raster.height }},
{{ say('ô', 'cells') }} {{ '%g × %g' % (report.raster.cell_width, report.raster.cell_height) }}</td></tr>
{% for band in report.raster.bands %}<tr><th>{{ say('Dải', 'Band') }} <code>{{ band.name }}</code></th>
<td>{% if band.min is not none %}{{ '%g … %g' % (band.min, band.max) }} {{ band.unit or '' }},
{{ say('trung bình', 'mean') }} {{ '%.6g' % band.mean }}; {% endif %}{{ band.valid }}
{{ say('ô có giá trị', 'cells with a value') }}</td></tr>{% endfor %}{% endif %}
{% if report.diff %}<tr><th>{{ say('Thay đổi', 'Changes') }}</th><td>{{ report.diff.added }} {{ say('thêm', 'added') }},
{{ report.diff.changed }} {{ say('sửa', 'changed') }}, {{ report.diff.closed }} {{ say('bỏ', 'closed') }},
{{ report.diff.unchanged }} {{ say('giữ nguyên', 'unchanged') }}</td></tr>{% endif %}
</table>
{% if report.notes %}<h2>{{ say('Ghi chú', 'Notes') }}</h2>
<ul>{% for note in report.notes %}<li>{{ say(note.vi, note.en) }}</li>{% endfor %}</ul>{% endif %}
{% if report.merge and report.merge.rows %}
<h2>{{ say('Đối tượng chờ quyết định: đã sửa ở đây và khác trong tệp',
'Held: edited here, and different in the file') }}</h2>
<table>{% for row in report.merge.rows %}<tr><th>{{ row.feature }}</th>
<td>{% for name in row.columns if name != 'geom' %}<div>{{ name }}:
{{ say('đang phục vụ', 'served') }} {{ (row.edit or {}).get(name) }} ·
{{ say('trong tệp', 'in the file') }} {{ (row.delivery or {}).get(name) }}</div>{% endfor %}
{% if 'geom' in row.columns %}<div>{{ say('hình học khác nhau', 'other geometry') }}</div>{% endif %}
{% if row.edit is none %}<div>{{ say('đã xóa ở đây', 'deleted here') }}</div>{% endif %}
{% if row.delivery is none %}<div>{{ say('tệp không còn', 'not in the file') }}</div>{% endif %}</td>
<td><code>dothi conflicts decide {{ row.conflict }}</code></td></tr>{% endfor %}</table>
{% endif %}
{% if report.crs.candidates and not (report.crs.decided and report.crs.decided == report.crs.declared) %}
<h2>{{ say('Các hệ tọa độ có thể', 'Possible coordinate systems') }}</h2>
<table>{% for candidate in report.crs.likely %}<tr>
<th class="crs">{% if candidate.crs in colours %}
<span class="key" style="background:{{ colours[candidate.crs] }}"></span> {% endif %}
{{ candidate.crs }}</th><td>{{ '%.2f' % candidate.score }}</td>
<td class="crs">{% if candidate.distance_m is not none %}{{ metres(candidate.distance_m) }}{% endif %}</td>
<td>{{ say(candidate.evidence.vi, candidate.evidence.en) }}</td></tr>{% endfor %}
</table>
{% if crs_map %}<div class="maps">{{ crs_map }}</div>
<p>{{ say('Mỗi màu là một hệ tọa độ; hình nhỏ phóng to một đối tượng.',
'Each colour is a coordinate system; the small drawing shows one feature close up.') }}</p>{% endif %}{% endif %}
{% if map %}<h2>{{ say('Nơi có lỗi', 'Where it failed') }}</h2>
{{ map }}{% endif %}
{% if faults %}<h2>{{ say('Các hàng lỗi', 'Bad rows') }}</h2>
<table>{% for fault in faults %}<tr><td><code>{{ fault.code }}</code></td>
<td>{{ say(fault.message, fault.message_en) }}</td></tr>{% endfor %}</table>
{% if more %}<p>{{ say('Và %d lỗi khác.' % more, 'And %d more.' % more) }}</p>{% endif %}
{% endif %}
{% if warnings %}<h2>{{ say('Cảnh báo: các hàng vẫn được nhận', 'Warnings: these rows are taken all the same') }}</h2>
<table>{% for fault in warnings %}<tr><td><code>{{ fault.code }}</code></td>
<td>{{ say(fault.message, fault.message_en) }}</td></tr>{% endfor %}</table>
{% if more_warnings %}
<p>{{ say('Và %d cảnh báo khác.' % more_warnings, 'And %d more.' % more_warnings) }}</p>{% endif %}
{% endif %}
{% if repairs %}<h2>{{ say('Đã tự sửa', 'Put right') }}</h2>
<table>{% for repair in repairs %}<tr><td><code>{{ repair.repair }}</code></td>
<td>{{ say(repair.message, repair.message_en) }}</td>
<td>{% if repair.area_after_m2 is not none %}{{ '%.2f' % repair.area_before_m2 if repair.area_before_m2 is not none
else '–' }} → {{ '%.2f' % repair.area_after_m2 }} m²{% endif %}</td></tr>{% endfor %}</table>
{% endif %}
<h2>{{ say('Các cột', 'Columns') }}</h2>
<table>{% for source, name in report.columns.items() %}<tr><td>{{ source }}</td><td>→ {{ name }}</td>
<td>{% if source in report.text %}{{ report.text[source].encoding }}:
{{ say(report.text[source].evidence.vi, report.text[source].evidence.en) }}
{% for candidate in report.text[source].candidates %}<br>{{ candidate.encoding }}:
{{ say(candidate.evidence.vi, candidate.evidence.en) }}{% endfor %}{% endif %}</td></tr>{% endfor %}</table>
</main>
</body>
</html>
"""
