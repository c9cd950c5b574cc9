/** What the portal itself says, in both languages. Everything about the data comes from the API. */

export interface Text {
  vi: string;
  en: string;
}

export const WORDS = {
  pageTitle: {vi: 'Bản đồ', en: 'Map'},
  language: {vi: 'Ngôn ngữ', en: 'Language'},
  unitsOf: {vi: 'Địa giới ngày', en: 'Boundaries of'},
  legend: {vi: 'Chú giải', en: 'Legend'},
  links: {vi: 'Dịch vụ dữ liệu', en: 'Data services'},
  api: {vi: 'API dữ liệu', en: 'Data API'},
  docs: {vi: 'Tài liệu API', en: 'API documentation'},
  wms: {vi: 'WMS', en: 'WMS'},
  view: {vi: 'Khung nhìn', en: 'View'},
  zoomIn: {vi: 'Phóng to', en: 'Zoom in'},
  zoomOut: {vi: 'Thu nhỏ', en: 'Zoom out'},
  home: {vi: 'Toàn bộ khu vực', en: 'Whole area'},
  close: {vi: 'Đóng', en: 'Close'},
  found: {vi: 'Các đối tượng tại điểm này', en: 'Features at this point'},
  map: {
    vi: 'Bản đồ. Phím mũi tên để di chuyển, + và − để phóng, Enter để xem thuộc tính ở giữa.',
    en: 'Map. Arrow keys move it, + and − zoom, Enter shows the attributes at the centre.',
  },
  mapStyle: {vi: 'Kiểu bản đồ', en: 'Map style'},
  layerStyle: {vi: 'Vẽ theo', en: 'Drawn by'},
  layersOn: {vi: 'lớp đang bật', en: 'layers on'},
  zoomToSee: {vi: 'phóng to để thấy', en: 'zoom in to see'},
  demoTag: {vi: 'minh họa', en: 'demonstration'},
  demoFeature: {vi: 'Dữ liệu minh họa, không phải số liệu thật.', en: 'Demonstration data, not real figures.'},
  release: {vi: 'Bản phát hành', en: 'Release'},
  openInApi: {vi: 'Mở trong API', en: 'Open in the API'},
  loading: {vi: 'Đang tải…', en: 'Loading…'},
  noValue: {vi: 'chưa có', en: 'not given'},
  yes: {vi: 'Có', en: 'Yes'},
  no: {vi: 'Không', en: 'No'},
  search: {vi: 'Tìm địa chỉ, địa điểm', en: 'Find an address or a place'},
  searchStart: {vi: 'Tìm', en: 'Find'},
  searching: {vi: 'Đang tìm …', en: 'Looking …'},
  noPlace: {vi: 'Không có tên nào như vậy trong dữ liệu.', en: 'No such name is in the data.'},
  confirmedPlace: {vi: 'đã xác nhận', en: 'confirmed'},
  housePlace: {vi: 'số nhà', en: 'house'},
  namedPlace: {vi: 'địa điểm', en: 'place'},
  streetPlace: {vi: 'đường', en: 'street'},
  unitPlace: {vi: 'đơn vị hành chính', en: 'administrative unit'},
  retry: {vi: 'Thử lại', en: 'Try again'},
} satisfies Record<string, Text>;

export type Word = keyof typeof WORDS;

export const FAULTS = {
  search: {
    vi: 'Chưa tìm được: máy chủ không trả lời. Hãy thử lại sau ít phút.',
    en: 'The search has failed: the server did not answer. Please try again in a few minutes.',
  },
  unreachable: {
    vi: 'Không kết nối được với API dữ liệu. Kiểm tra mạng hoặc máy chủ; trang sẽ tự thử lại.',
    en: 'The data API cannot be reached. Check the network or the server; this page keeps trying.',
  },
  noData: {
    vi: 'Chưa có dữ liệu. Bản đồ sẽ hiện ra khi lớp dữ liệu đầu tiên được phát hành.',
    en: 'No data yet. The map appears as soon as the first layer is released.',
  },
  noWebgl: {
    vi: 'Trình duyệt này không có WebGL 2 nên không vẽ được bản đồ. Hãy cập nhật trình duyệt hoặc bật tăng tốc phần cứng.',
    en: 'This browser has no WebGL 2 and cannot draw the map. Please update it or switch hardware acceleration on.',
  },
  tiles: {
    vi: 'Một phần bản đồ không tải được. Di chuyển bản đồ để thử lại.',
    en: 'Part of the map could not be loaded. Move the map to try again.',
  },
  style: {
    vi: 'Không tải được kiểu vẽ. Bản đồ giữ kiểu cũ; hãy chọn lại.',
    en: 'The style could not be loaded. The map keeps its old one; please choose again.',
  },
  item: {
    vi: 'Không đọc được thuộc tính. Đối tượng có thể đã thay đổi; hãy tải lại trang.',
    en: 'The attributes could not be read. The feature may have changed; please reload the page.',
  },
  broken: {
    vi: 'Trang bản đồ gặp lỗi và không hiển thị được.',
    en: 'The map page has met an error and cannot be shown.',
  },
} satisfies Record<string, Text>;

/** Units as a reader writes them; a symbol such as m or kV needs no translation and is not listed. */
export const UNITS: Record<string, Text> = {
  person: {vi: 'người', en: 'people'},
  household: {vi: 'hộ', en: 'households'},
  floor: {vi: 'tầng', en: 'floors'},
  bed: {vi: 'giường', en: 'beds'},
  place: {vi: 'chỗ', en: 'places'},
};
