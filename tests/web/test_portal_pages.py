"""The portal's other pages in a real browser: catalogue, help, dashboard and desk."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from dothi.core.crs import proj_string, transformer
from dothi.core.settings import PROJECT
from tests.matrix import thorough
from tests.web.conftest import DESK_SIZE, Portal

AXE = PROJECT / 'tests' / 'clients' / 'node_modules' / 'axe-core' / 'axe.min.js'
BAD_ROWS = 'code,name,level,places,x,y\nT1,Trường thử,primary,100,567000,2258000\nT2,Trường sai,none,5,567500,2258500\n'
GOOD_ROW = 'code,name,level,places,x,y\nT9,{name},primary,100,{east},{north}\n'
# Near enough to each other that several zones put them into the province.
UNCLEAR = 'code,name,lat,lon\n' + ''.join(f'B{i},Điểm {i},{2258000 + i},{567000 + i}\n' for i in range(4))


def findings(page: Page) -> list[str]:
    """What axe calls serious or critical, by WCAG 2.2 AA."""
    page.evaluate(AXE.read_text(encoding='utf-8'))
    script = """async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']}))
        .violations
        .filter(({impact}) => ['serious', 'critical'].includes(impact))
        .flatMap(({id, nodes}) => nodes.map(({html}) => `${id}: ${html.slice(0, 160)}`))"""
    return list(page.evaluate(script))


def test_the_map_has_no_serious_finding_with_a_tool_open(portal: Portal) -> None:
    page = portal.open('/?lang=vi')
    page.get_by_role('button', name='Chia sẻ').click()
    page.wait_for_selector('.qr')
    assert findings(page) == []


def test_a_reader_finds_a_layer_without_accents_and_sees_its_releases(visit: Callable[..., Portal]) -> None:
    portal = visit(**DESK_SIZE)
    page = portal.visit('/catalogue?lang=vi')
    page.get_by_role('searchbox').fill('truong hoc')
    page.keyboard.press('Enter')
    page.get_by_role('link', name='Trường học', exact=True).click()
    expect(page.get_by_role('heading', level=1)).to_have_text('Trường học')
    expect(page.locator('#releases tbody tr').first).to_be_visible()
    expect(page.get_by_role('link', name='Bảng Excel')).to_be_visible()
    page.go_back()
    expect(page.get_by_role('searchbox')).to_have_value('truong hoc')
    page.get_by_role('button', name='English').click()
    expect(page.get_by_role('heading', level=1)).to_have_text('Data catalogue')
    assert portal.complaints == []


def test_who_is_not_signed_in_is_shown_the_way_to_the_desk(visit: Callable[..., Portal]) -> None:
    portal = visit(**DESK_SIZE)
    page = portal.visit('/desk?lang=en')
    expect(page.locator('main')).to_contain_text('This page is for who has signed in.')
    assert portal.complaints == []


def test_a_file_with_bad_rows_is_returned_with_each_of_them_named(signed_in: Callable[..., Portal]) -> None:
    portal = signed_in()
    hand_in(portal, 'schools', 'truong.csv', BAD_ROWS, crs='EPSG:9209')
    page = portal.page
    expect(page.locator('main')).to_contain_text('đã trả lại')
    row = page.locator('table tr', has_text='level')
    expect(row).to_contain_text('không có trong danh mục')
    expect(page.get_by_role('link', name='GeoPackage')).to_be_visible()
    assert portal.complaints == []


@thorough
def test_columns_are_matched_by_hand_where_their_names_say_nothing(signed_in: Callable[..., Portal]) -> None:
    """The file is refused with the names that it has; they are put beside those of the layer, and it is taken."""
    portal = signed_in()
    text = 'so hieu,ten goi,bac hoc,suc chua,x,y\nT7,Trường khớp cột,primary,100,567000,2258000\n'
    page = fill_in(portal, 'schools', 'la.csv', text, 'EPSG:9209')
    page.get_by_role('button', name='Gửi', exact=True).click()
    expect(page.get_by_role('alert')).to_contain_text('so hieu, ten goi, bac hoc, suc chua')
    for title, name in (
        ('Mã trường', 'so hieu'),
        ('Tên', 'ten goi'),
        ('Cấp học', 'bac hoc'),
        ('Số chỗ học', 'suc chua'),
    ):
        page.get_by_label(title, exact=True).fill(name)
    page.get_by_role('button', name='Gửi', exact=True).click()
    page.wait_for_url('**delivery=*', timeout=120_000)
    expect(page.locator('main')).to_contain_text('đã nhận')
    expect(page.locator('main')).to_contain_text('+1 ~0 −0')
    page.get_by_role('link', name='Phiếu nhận').click()
    expect(page.locator('body')).to_contain_text('la.csv')


def test_who_accepts_a_file_that_does_not_pass_reads_why(signed_in: Callable[..., Portal]) -> None:
    """Two of four rows are bad, once their system is known; it is still so when somebody comes back to the page."""
    portal = signed_in()
    hand_in(portal, 'bus_stops', 'diem_dung.csv', UNCLEAR.replace('B1,', 'B0,').replace('B3,', 'B2,'))
    page = portal.page
    page.get_by_label('Hệ tọa độ').fill('EPSG:9209')
    page.get_by_label('Lý do').fill('VN-2000')
    page.get_by_role('button', name='Nhận và phát hành').click()
    expect(page.get_by_role('alert')).to_contain_text('số hàng có lỗi')
    page.reload()
    expect(page.get_by_role('alert')).to_contain_text('số hàng có lỗi')
    expect(page.locator('main')).to_contain_text('“VN-2000” → không đạt, vẫn chờ')
    assert portal.complaints == []


def test_a_steward_sees_where_each_system_puts_the_data_and_returns_it(signed_in: Callable[..., Portal]) -> None:
    portal = signed_in()
    hand_in(portal, 'bus_stops', 'diem_dung.csv', UNCLEAR)
    page = portal.page
    page.wait_for_selector('.candidates li')
    page.wait_for_selector('.small-map canvas')
    # its rows are not read yet
    expect(page.locator('main')).not_to_contain_text('Số hàng đã đọc')
    page.get_by_role('button', name='Trả lại').click()
    expect(page.get_by_role('alert')).to_have_text('Ghi lý do: cơ quan sẽ đọc.')
    page.get_by_label('Lý do').fill('Cho biết hệ tọa độ')
    page.get_by_role('button', name='Trả lại').click()
    expect(page.locator('main')).to_contain_text('đã trả lại')
    expect(page.locator('main')).to_contain_text('Cho biết hệ tọa độ')
    assert portal.complaints == []


def test_a_release_that_arrives_while_the_map_is_open_is_drawn_found_and_has_a_past(
    signed_in: Callable[..., Portal],
) -> None:
    east, north = 567_000, 2_258_000
    lon, lat = transformer(proj_string(9209), 'EPSG:4326').transform(east, north)
    reader, sender = signed_in(), signed_in()
    page = reader.open(f'/?lang=vi&show=schools#16/{lat:.5f}/{lon:.5f}')
    for name in ('Trường vừa mở', 'Trường vừa đổi tên'):
        hand_in(sender, 'schools', 'truong.csv', GOOD_ROW.format(name=name, east=east, north=north), crs='EPSG:9209')
        expect(sender.page.locator('main')).to_contain_text('đã nhận')
        # as when the reader comes back to the page; else it looks every minute
        page.evaluate("dispatchEvent(new Event('visibilitychange'))")
        reader.wait_until(lambda name=name: name in drawn_names(page))  # type: ignore[misc]
    page.locator('#search-words').fill('vua doi')
    page.keyboard.press('Enter')
    expect(page.locator('#details-head')).to_have_text('Trường vừa đổi tên')
    page.get_by_text('Lịch sử của đối tượng').click()
    expect(page.locator('.past li')).to_have_count(2)
    expect(page.locator('.past li').first).to_contain_text('Trường vừa mở → Trường vừa đổi tên')
    assert reader.complaints == []


@thorough
def test_a_steward_looks_at_the_way_back_and_takes_it(signed_in: Callable[..., Portal]) -> None:
    """The second file renames the school that the first one brought: one change, and back it has its name again."""
    portal = signed_in()
    page = portal.page
    for name in ('Trường trước', 'Trường sau'):
        text = GOOD_ROW.format(name=name, east=566_000, north=2_258_000).replace('T9', 'T8')
        hand_in(portal, 'schools', 'truong.csv', text, crs='EPSG:9209')
        expect(page.locator('main')).to_contain_text('đã nhận')
    page.locator('#roll-back summary').click()
    way_back = page.locator('#roll-back')
    way_back.get_by_role('button', name='Xem trước thay đổi').click()
    expect(way_back.get_by_role('alert')).to_contain_text('Ghi lý do')
    way_back.locator('textarea').fill('Nhầm tên')
    way_back.get_by_role('button', name='Xem trước thay đổi').click()
    expect(way_back.get_by_role('status')).to_contain_text('Chưa có gì được phát hành. Sẽ đổi: Thêm: 0, Đổi: 1, Bỏ: 0')
    assert name_of_school(portal, 'T8') == 'Trường sau'
    way_back.get_by_role('button', name='Trở về bản phát hành trước').click()
    expect(way_back.get_by_role('status')).to_contain_text('Đã phát hành bản')
    assert name_of_school(portal, 'T8') == 'Trường trước'
    assert portal.complaints == []


def name_of_school(portal: Portal, code: str) -> str:
    answer = portal.page.request.get(f'{portal.url}/api/collections/schools/items?code={code}&f=json')
    return str(answer.json()['features'][0]['properties']['name'])


def test_a_map_of_others_lies_below_and_is_named(signed_in: Callable[..., Portal]) -> None:
    portal = signed_in()
    page = portal.open('/?lang=vi#13/20.43000/106.17000')
    assert 'Sở Tài nguyên' not in page.locator('#attribution').inner_text()
    with page.expect_response('**/land_use/map/xyz/**', timeout=60_000) as answer:
        page.get_by_label('Nền').select_option('land')
    assert answer.value.status == 200
    assert page.evaluate('dothiMap.getStyle().layers.map(({id}) => id)')[:2] == ['background', 'dothi:base']
    expect(page.locator('#attribution')).to_contain_text('© Sở Tài nguyên')
    assert 'base=land' in page.url
    again = portal.open(page.url.removeprefix(portal.url))
    portal.wait_until(lambda: again.evaluate("dothiMap.isSourceLoaded('dothi:base')"))
    expect(again.locator('#attribution')).to_contain_text('© Sở Tài nguyên')
    assert portal.complaints == []


def drawn_names(page: Page) -> set[str]:
    return set(page.evaluate("dothiMap.queryRenderedFeatures().map(({properties}) => properties.name ?? '')"))


def hand_in(portal: Portal, layer: str, name: str, text: str, crs: str = '') -> None:
    """Hands a file in by the form, and waits for the page of its delivery."""
    page = fill_in(portal, layer, name, text, crs)
    page.get_by_role('button', name='Gửi', exact=True).click()
    page.wait_for_url('**delivery=*', timeout=120_000)


def fill_in(portal: Portal, layer: str, name: str, text: str, crs: str) -> Page:
    """The form with a file, for the layer, which it adds to."""
    page = portal.visit('/desk?tab=hand-in&lang=vi')
    page.set_input_files('#hand-in input[type=file]', {'name': name, 'mimeType': 'text/csv', 'buffer': text.encode()})
    page.locator('#hand-in select').first.select_option(layer)
    page.get_by_text('Chi tiết khác').click()
    page.get_by_label('Cách giao').select_option('upsert')
    if crs:
        page.get_by_label('Hệ tọa độ').fill(crs)
    return page


def test_the_dashboard_shows_what_is_due_and_what_waits(signed_in: Callable[..., Portal]) -> None:
    portal = signed_in()
    page = portal.visit('/dashboard?lang=en')
    expect(page.locator('.panels')).to_contain_text('What is due')
    expect(page.locator('.panels')).to_contain_text('Department of Education')
    expect(page.locator('.panels')).to_contain_text('Database')
    page.get_by_role('button', name='Wall screen').click()
    expect(page.locator('html')).to_have_class('wall')
    expect(page.locator('nav')).to_be_hidden()
