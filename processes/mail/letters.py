"""What mails say: plain text with a link to where something can be done, in both languages."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

from dothi.core.freshness import Freshness
from dothi.core.locality import Locality
from dothi.core.text import Text
from etl.desk.held import WAITS_FOR
from etl.desk.records import DecisionRecord, DeliveryRecord
from etl.editing.change_set import ChangeSet
from processes.mail.outbox import Letter
from processes.queue.jobs import EndedJob

FOOT = Text(
    vi='\n\nThư tự động của {place}. Tắt loại thư này: {url}/api/account?f=html\n',
    en='\n\nSent automatically by {place}. Switch these mails off: {url}/api/account?f=html&lang=en\n',
)
# What of an account is told to its owner, by the names that the database has for it.
ACCOUNT_CHANGES = {
    'password_set': Text(vi='Mật khẩu đã được đặt', en='A password was set'),
    'second_factor_on': Text(vi='Mã một lần đã được bật', en='One-time codes were turned on'),
    'second_factor_off': Text(vi='Mã một lần đã bị tắt', en='One-time codes were turned off'),
    'key_made': Text(vi='Một khóa đã được tạo', en='A key was made'),
    'key_revoked': Text(vi='Một khóa đã bị thu hồi', en='A key was revoked'),
    'email': Text(vi='Địa chỉ thư điện tử đã được đổi', en='The e-mail address was changed'),
    'provider_account': Text(
        vi='Tài khoản ở nhà cung cấp danh tính đã được liên kết hoặc gỡ',
        en="The provider's account was linked or unlinked",
    ),
}
REASON = Text(vi='\n\nLý do: "{reason}"', en='\n\nThe reason: "{reason}"')


def decision_wanted(delivery: DeliveryRecord, locality: Locality, url: str) -> Letter:
    """To stewards: a delivery waits for them."""
    reasons = Text.join('; ', [WAITS_FOR[reason] for reason in delivery.held])
    body = Text(
        vi='Đợt giao {number} ("{file}", lớp {layer}, {agency}) chờ quyết định: {reasons}.\n\n'
        '{url}/api/deliveries/{number}?f=html',
        en='Delivery {number} ("{file}", layer {layer}, {agency}) waits for a decision: {reasons}.\n\n'
        '{url}/api/deliveries/{number}?f=html&lang=en',
    )
    subject = Text(
        vi='Chờ quyết định: {layer}, đợt giao {number}', en='Waits for a decision: {layer}, delivery {number}'
    )
    return _of_delivery('decision_wanted', delivery, subject, body, locality, url, reasons=reasons)


def delivery_ended(delivery: DeliveryRecord, decisions: list[DecisionRecord], locality: Locality, url: str) -> Letter:
    """To the agency: its delivery was accepted or returned."""
    reason = REASON.format(reason=decisions[-1].reason) if decisions else Text(vi='', en='')
    if delivery.status == 'accepted':
        subject = Text(vi='Đã nhận: {layer}, đợt giao {number}', en='Accepted: {layer}, delivery {number}')
        body = Text(
            vi='Tệp "{file}" cho lớp {layer} đã được nhận và phát hành.{reason}\n\n'
            'Phiếu nhận: {url}/api/deliveries/{number}/receipt',
            en='The file "{file}" for the layer {layer} was accepted and released.{reason}\n\n'
            'The receipt: {url}/api/deliveries/{number}/receipt',
        )
    else:
        subject = Text(vi='Trả lại: {layer}, đợt giao {number}', en='Returned: {layer}, delivery {number}')
        body = Text(
            vi='Tệp "{file}" cho lớp {layer} bị trả lại; dữ liệu đang phục vụ không đổi.{reason}\n\n'
            'Cần sửa gì: {url}/api/deliveries/{number}/receipt',
            en='The file "{file}" for the layer {layer} was returned; what is served is unchanged.{reason}\n\n'
            'What to correct: {url}/api/deliveries/{number}/receipt',
        )
    return _of_delivery(f'delivery_{delivery.status}', delivery, subject, body, locality, url, reason=reason)


def edit_reviewed(edits: ChangeSet, locality: Locality, url: str) -> Letter:
    """To the author of edits: they were accepted or rejected."""
    accepted = edits.status == 'accepted'
    outcome = Text(vi='được chấp nhận', en='were accepted') if accepted else Text(vi='bị từ chối', en='were rejected')
    values: dict[str, Text | str] = {
        'layer': _title(edits.layer_id, locality),
        'outcome': outcome,
        'reason': REASON.format(reason=edits.reason) if edits.reason else Text(vi='', en=''),
        'url': url,
    }
    subject = Text(vi='Bản sửa {outcome}: {layer}', en='Your edits {outcome}: {layer}').format(**values)
    body = Text(vi='Bản sửa của bạn ở lớp {layer} {outcome}.{reason}', en='Your edits of {layer} {outcome}.{reason}')
    return Letter('edit_reviewed', f'edits-{edits.id}', subject, _with_foot(body.format(**values), locality, url))


def reports_waiting(latest: int, count: int, locality: Locality, url: str) -> Letter:
    """To reviewers: reports of citizens have come. What they say is personal data, and stays at the desk.

    latest: the number of the last of them. count: how many have come and wait.
    """
    subject = Text(vi='Phản ánh chờ xem xét: {count}', en='Reports that wait for review: {count}')
    body = Text(
        vi='{count} phản ánh mới của người dân chờ xem xét.\n\n{url}/desk?tab=reports',
        en='New reports of citizens that wait for review: {count}.\n\n{url}/desk?tab=reports&lang=en',
    )
    values: dict[str, Text | str] = {'count': str(count), 'url': url}
    text = _with_foot(body.format(**values), locality, url)
    return Letter('reports_waiting', f'reports-{latest}', subject.format(**values), text)


def analysis_done(job: EndedJob, title: Text, locality: Locality, url: str) -> Letter:
    """To whoever asked for an analysis that took more than a minute: it has ended."""
    values: dict[str, Text | str] = {'title': title, 'job': job.id, 'url': url}
    if job.status == 'successful':
        subject = Text(vi='Đã xong: {title}', en='Done: {title}')
        body = Text(vi='Phân tích "{title}" đã có kết quả.', en='The analysis "{title}" has its results.')
    else:
        subject = Text(vi='Không thành: {title}', en='Failed: {title}')
        body = Text(
            vi='Phân tích "{title}" không thành; trang cho biết vì sao.',
            en='The analysis "{title}" failed; its page says why.',
        )
    link = Text(vi='\n\n{url}/api/jobs/{job}?f=html', en='\n\n{url}/api/jobs/{job}?f=html&lang=en')
    text = Text.join('', [body, link]).format(**values)
    return Letter('analysis_done', f'job-{job.id}', subject.format(**values), _with_foot(text, locality, url))


def account_changed(line: str, what: str, locality: Locality, url: str) -> Letter:
    """To whoever it belongs to, who cannot switch it off: how their account is entered has changed.

    line: of the log, which says when and by whom.
    """
    body = Text(
        vi='{what}: tài khoản của bạn ở {place}.\n\nNếu bạn không làm và không nhờ ai làm việc này, hãy báo ngay cho '
        'quản trị viên.\n\nPhiên và khóa của bạn: {url}/api/account?f=html\n',
        en='{what}: your account at {place}.\n\nIf you have neither done this nor asked for it, tell the administrator '
        'at once.\n\nYour sessions and keys: {url}/api/account?f=html&lang=en\n',
    )
    values: dict[str, Text | str] = {'what': ACCOUNT_CHANGES[what], 'place': locality.place.title, 'url': url}
    subject = Text(vi='{what}: {place}', en='{what}: {place}').format(**values)
    return Letter('account_changed', f'account-{line}-{what}', subject, body.format(**values))


def address_left(number: int, locality: Locality, url: str) -> Letter:
    """To the address that somebody had until it was changed; the new one, which may be another's, is not in it.

    number: of the former address.
    """
    letter = account_changed(f'former-{number}', 'email', locality, url)
    hint = Text(vi='\nTừ nay thư không đến địa chỉ này nữa.\n', en='\nFrom now on no mails come to this address.\n')
    return replace(letter, body=Text.join('', [letter.body, hint]), keeps_address=True)


def invitation(name: str, secret: str, until: Text, locality: Locality, url: str) -> Letter:
    """To somebody who is new here and gets a link to set their password by, once. until: when it ends."""
    body = Text(
        vi='Bạn được cấp tài khoản "{name}" để dùng dữ liệu không gian của {place}. Mở liên kết dưới đây để đặt mật '
        'khẩu. Liên kết dùng được một lần, đến {until}; đừng chuyển cho ai khác.\n\n{link}\n',
        en='You have an account, "{name}", for geospatial data of {place}. Open the link to set your password. It '
        'works once, until {until}; pass it on to nobody.\n\n{link}?lang=en\n',
    )
    return _with_link(Text(vi='Đặt mật khẩu: {place}', en='Set your password: {place}'), body, name, secret, until,
                      locality, url)  # fmt: skip


def recovery(name: str, secret: str, until: Text, locality: Locality, url: str) -> Letter:
    """To somebody who has lost their password and gets a link to set a new one by, once. until: when it ends."""
    body = Text(
        vi='Quản trị viên gửi bạn liên kết để đặt lại mật khẩu của tài khoản "{name}" ({place}). Liên kết dùng được '
        'một lần, đến {until}; đừng chuyển cho ai khác. Nếu bạn không yêu cầu, hãy báo quản trị viên.\n\n{link}\n',
        en='The administrator sends you a link to set a new password of your account "{name}" ({place}). It works '
        'once, until {until}; pass it on to nobody. If you have not asked for it, tell the administrator.\n\n'
        '{link}?lang=en\n',
    )
    subject = Text(vi='Đặt lại mật khẩu: {place}', en='Set a new password: {place}')
    return _with_link(subject, body, name, secret, until, locality, url)


def _with_link(subject: Text, body: Text, name: str, secret: str, until: Text, locality: Locality, url: str) -> Letter:
    values: dict[str, Text | str] = {
        'place': locality.place.title, 'name': name, 'until': until, 'link': f'{url}/invitation/{secret}',
    }  # fmt: skip
    return Letter('invitation', f'link-{uuid4()}', subject.format(**values), body.format(**values))


def reminder(layer_id: str, state: Freshness, locality: Locality, url: str) -> Letter:
    """To an agency whose data is due or late."""
    day = state.due or date.min
    values: dict[str, Text | str] = {'layer': _title(layer_id, locality), 'day': f'{day:%d/%m/%Y}', 'url': url}
    if state.state == 'late':
        subject = Text(vi='Quá hạn: {layer}', en='Late: {layer}')
        body = Text(vi='Dữ liệu lớp {layer} đã đến hạn giao ngày {day}.', en='Data of {layer} was due on {day}.')
    else:
        subject = Text(vi='Sắp đến hạn: {layer}', en='Due soon: {layer}')
        body = Text(vi='Dữ liệu lớp {layer} đến hạn giao ngày {day}.', en='Data of {layer} is due on {day}.')
    hint = Text(
        vi='\n\nGiao tệp: {url}/api/processes/deliver-layer?f=html',
        en='\n\nHand it in: {url}/api/processes/deliver-layer?f=html&lang=en',
    )
    text = Text.join('', [body, hint]).format(**values)
    about = f'{state.state}-{layer_id}-{day}'
    return Letter(f'delivery_{state.state}', about, subject.format(**values), _with_foot(text, locality, url))


def danger(about: str, what: Text, locality: Locality, url: str) -> Letter:
    """To administrators: something is in danger."""
    subject = Text(vi='Cần xem ngay: {what}', en='Look at it now: {what}').format(what=what)
    return Letter('danger', about, subject, _with_foot(what, locality, url))


def weekly(about: str, lines: list[Text], locality: Locality, url: str) -> Letter:
    """The weekly digest: what came, and what is late."""
    subject = Text(vi='Bản tin tuần của {place}', en='The week of {place}').format(place=locality.place.title)
    link = Text(vi='\n{url}/api/freshness?f=html', en='\n{url}/api/freshness?f=html&lang=en').format(url=url)
    return Letter('weekly', about, subject, _with_foot(Text.join('\n', [*lines, link]), locality, url))


def _of_delivery(
    kind: str, delivery: DeliveryRecord, subject: Text, body: Text, locality: Locality, url: str, **more: Text | str
) -> Letter:
    agency = locality.agencies.get(delivery.agency or '')
    values: dict[str, Text | str] = {
        'number': str(delivery.id), 'file': delivery.file_name, 'layer': _title(delivery.layer_id, locality),
        'agency': agency.title if agency else delivery.agency or '', 'url': url, **more,
    }  # fmt: skip
    return Letter(
        kind, f'{kind}-{delivery.id}', subject.format(**values), _with_foot(body.format(**values), locality, url)
    )


def _with_foot(text: Text, locality: Locality, url: str) -> Text:
    return Text.join('', [text, FOOT.format(place=locality.place.attribution, url=url)])


def _title(layer_id: str, locality: Locality) -> Text:
    described = locality.layers.get(layer_id) or locality.coverages.get(layer_id)
    return described.title if described else Text(vi=layer_id, en=layer_id)
