/** First steps for each kind of reader, in both languages. A step may lead to a page: `[words](address)`. */
import type {Text} from '../messages';

export interface Guide {
  id: string;
  title: Text;
  /** Whether only the internal service has what it is about. */
  internal: boolean;
  steps: Text[];
}

export const GUIDES: Guide[] = [
  {
    id: 'map',
    title: {vi: 'Xem bản đồ', en: 'Look at the map'},
    internal: false,
    steps: [
      {vi: 'Mở [bản đồ](./). Bật hoặc tắt lớp ở bảng bên trái; nút i ở mỗi lớp cho biết nguồn, ngày, chất lượng và nơi tải.', en: 'Open [the map](./). Switch layers on and off at the left; the i of a layer tells where it is from, its date, its quality and where to download it.'},
      {vi: 'Gõ tên xã, đường, trường, địa chỉ (không cần dấu) hoặc tọa độ VN-2000 vào ô tìm.', en: 'Type the name of a commune, street or school, an address, or VN-2000 coordinates into the search box; accents are not needed.'},
      {vi: 'Bấm vào một đối tượng để đọc thuộc tính. Nhiều đối tượng chồng nhau hiện thành danh sách.', en: 'Click a feature to read its attributes. Where several lie on each other, they are listed.'},
      {vi: 'Dưới bên phải có bảng thuộc tính, lọc, đo, xem ngày đã qua, so sánh, in và chia sẻ.', en: 'At the lower right there are the attribute table, filters, measuring, past days, comparison, printing and sharing.'},
      {vi: 'Nơi nào nhận phản ánh thì bản đồ công khai có nút "Báo sự cố tại đây": chọn vị trí, mô tả, gửi, giữ mã tra cứu.', en: 'Where reports are taken, the public map has "Report a problem here": choose the place, describe it, send it, keep the tracking code.'},
      {vi: 'Bằng bàn phím: Tab đến bản đồ, phím mũi tên để di chuyển, + và − để phóng, Enter để xem giữa bản đồ.', en: 'By keyboard: Tab to the map, arrow keys to move, + and − to zoom, Enter for what lies in the middle.'},
    ],
  },
  {
    id: 'data',
    title: {vi: 'Tìm và tải dữ liệu', en: 'Find and download data'},
    internal: false,
    steps: [
      {vi: 'Mở [danh mục](./catalogue), tìm theo tên hoặc chọn chủ đề, cơ quan.', en: 'Open [the catalogue](./catalogue), search by name or choose theme and agency.'},
      {vi: 'Trang của lớp có mô tả, chất lượng, lịch sử phát hành, tệp GeoPackage, CSV, Excel.', en: 'The page of a layer has its description, quality, releases, and files as GeoPackage, CSV, Excel.'},
      {vi: 'So sánh hai bản phát hành ngay trên trang đó.', en: 'Compare two releases on the same page.'},
    ],
  },
  {
    id: 'qgis',
    title: {vi: 'Cán bộ GIS: mở trong QGIS', en: 'GIS staff: open in QGIS'},
    internal: false,
    steps: [
      {vi: 'Trong [danh mục](./catalogue), mở lớp và chép địa chỉ "QGIS".', en: 'In [the catalogue](./catalogue), open a layer and copy the address for QGIS.'},
      {vi: 'QGIS: Lớp → Thêm lớp → WFS / OGC API - Features → Mới, dán địa chỉ, OK.', en: 'QGIS: Layer → Add Layer → WFS / OGC API - Features → New, paste the address, OK.'},
      {vi: 'Dữ liệu nội bộ cần một khóa: tạo ở mục [Khóa và phiên của tôi](./desk?tab=account).', en: 'Internal data needs a key: make one under [My keys and sessions](./desk?tab=account).'},
    ],
  },
  {
    id: 'focal-point',
    title: {vi: 'Đầu mối: giao dữ liệu', en: 'Focal points: hand in data'},
    internal: true,
    steps: [
      {vi: 'Tải mẫu nhập của lớp ở [bàn giao nhận](./desk?tab=agencies), hoặc dùng tệp sẵn có.', en: 'Fetch the template of the layer at [the desk](./desk?tab=agencies), or use the file that you have.'},
      {vi: '[Giao tệp](./desk?tab=hand-in): kéo tệp từ Windows vào ô, chọn lớp, bấm Gửi.', en: '[Hand in](./desk?tab=hand-in): drag the file from Windows into the box, choose the layer, press Send.'},
      {vi: 'Đọc kết quả: hàng lỗi được liệt kê, có vị trí trên bản đồ và tải về được để sửa.', en: 'Read what came of it: rows with faults are listed, placed on a map, and can be downloaded to be mended.'},
      {vi: 'Phiếu nhận cho biết đã nhận gì và cần sửa gì; in được.', en: 'The receipt says what was taken and what to correct; it can be printed.'},
    ],
  },
  {
    id: 'steward',
    title: {vi: 'Cán bộ trung tâm: quyết định', en: 'Stewards: decide'},
    internal: true,
    steps: [
      {vi: '[Bàn giao nhận](./desk) để đợt chờ quyết định lên đầu.', en: '[The desk](./desk) has those that wait first.'},
      {vi: 'Xem các hệ tọa độ có thể trên bản đồ, ghép cột bằng tay nếu cần, và xem trước thay đổi.', en: 'Look at the coordinate systems on the map, match columns by hand where needed, and preview what would change.'},
      {vi: 'Nhận, hoặc trả lại kèm lý do: cơ quan sẽ đọc.', en: 'Accept, or return with a reason: the agency reads it.'},
    ],
  },
  {
    id: 'planner',
    title: {vi: 'Cán bộ quy hoạch: phân tích', en: 'Planners: run analyses'},
    internal: false,
    steps: [
      {vi: 'Mở [Phân tích](./planning), chọn một câu hỏi; biểu mẫu đã có sẵn một ví dụ, chạy được ngay.', en: 'Open [Analyses](./planning) and choose a question; its form is filled in with an example that can be run at once.'},
      {vi: 'Chọn lớp theo tên; "Chỉ lấy một phần của lớp" lọc theo loại, theo huyện; hoặc vẽ điểm trên bản đồ.', en: 'Choose layers by title; "Only a part of the layer" narrows by kind or district; or draw points on the map.'},
      {vi: 'Kết quả có số liệu, bản đồ, biểu đồ, bảng (kém nhất trước) và báo cáo để in kèm nguồn và quy chuẩn.', en: 'The result has figures, map, charts, a table (worst first) and a report to print with sources and norms.'},
      {vi: 'Đã đăng nhập: tạo phương án (thêm trường, đóng cầu, đắp đê), chạy lại phân tích trên phương án rồi bấm So sánh.', en: 'Signed in: make a scenario (more schools, a closed bridge, a dike), run the analysis again on it, and press Compare.'},
    ],
  },
  {
    id: 'leader',
    title: {vi: 'Lãnh đạo: theo dõi đề án', en: 'Heads of departments: follow the pilot'},
    internal: true,
    steps: [
      {vi: '[Bảng điều hành](./dashboard): chỉ tiêu, dữ liệu quá hạn, đợt giao, phản ánh, tình trạng nền tảng.', en: '[The dashboard](./dashboard): indicators, what is late, deliveries, reports of citizens, how the platform is.'},
      {vi: 'Bấm vào một chỉ tiêu để xem theo đơn vị, xếp hạng và bằng chứng.', en: 'Click an indicator for its units, ranking and evidence.'},
      {vi: 'Màn hình lớn: [chế độ tự chuyển](./dashboard?wall=1), tự cập nhật mỗi phút.', en: 'For a wall screen: [it goes through the indicators](./dashboard?wall=1) and refreshes itself every minute.'},
    ],
  },
  {
    id: 'developer',
    title: {vi: 'Lập trình viên web', en: 'Web developers'},
    internal: false,
    steps: [
      {vi: '[Tài liệu API](./api/openapi?f=html) để thử ngay; [bản cho chương trình](./api/openapi/templated) để sinh mã.', en: '[The API documentation](./api/openapi?f=html) to try it out; [the document for programs](./api/openapi/templated) to generate a client.'},
      {vi: 'Trong bản đồ, nút Chia sẻ cho biết các yêu cầu API phía sau những gì đang thấy.', en: 'On the map, Share tells the requests of the API behind what is shown.'},
    ],
  },
];
