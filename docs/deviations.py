"""Where the services know themselves to read a conformance class otherwise than its words, and why; by
`standard version/class`, as the conformance page names it.
"""

from dothi.core.text import Text

DEVIATIONS: dict[str, Text] = {
    'ogcapi-maps-1 1.0/core': Text(
        vi='Khai cả dưới tên `req/core`, vì phép thử trừu tượng A.3 gọi như vậy.',
        en='Also declared as `req/core`, since abstract test A.3 names it so.',
    ),
    'ogcapi-maps-1 1.0/crs': Text(
        vi='Bản đồ một lớp theo `storageCrs`, bản đồ nhiều lớp theo CRS84, vì trang đầu không nêu `storageCrs`. '
        'Hệ phẳng kết thúc quanh vùng của nó: ngoài đó là 404, hoặc `void-color` nếu khung có cả hai.',
        en='The map of a collection is in its `storageCrs`, of several in CRS84, as the landing page names no '
        '`storageCrs`. A plane system ends around its area: beyond it is 404, or `void-color` where the box '
        'has both.',
    ),
    'ogcapi-maps-1 1.0/spatial-subsetting': Text(
        vi='Khung qua kinh tuyến 180° chỉ vẽ theo độ (400 trong hệ phẳng). Lat, Lon là độ cả khi `subset-crs` là '
        'hệ phẳng.',
        en='A box across the antimeridian is drawn in degrees only (400 in a plane system). Lat and Lon are '
        'degrees also beside a plane `subset-crs`.',
    ),
    'ogcapi-maps-1 1.0/datetime': Text(
        vi='Trước dữ liệu đầu tiên: `datetime` cho bản đồ trống, trục `time` cho 404 (yêu cầu 28 và 29 D).',
        en='Before the first data `datetime` gives an empty map, the axis `time` 404 (requirements 28 and 29 D).',
    ),
    'ogcapi-maps-1 1.0/background': Text(
        vi='Nền riêng của kiểu vẽ chỉ dùng khi kiểu đó được nêu tên (6 C); không thì trắng.',
        en='The background of a style is taken where that style is named (6 C); else it is white.',
    ),
    'ogcapi-maps-1 1.0/tilesets': Text(
        vi='`scale-denominator` của ô chọn quy tắc vẽ; chỗ và cỡ của ô không đổi.',
        en='`scale-denominator` of a tile chooses the rules of style; its place and size stay.',
    ),
    'ogcapi-tiles-1 1.0/core': Text(
        vi='Ô ngoài giới hạn là 404; trong giới hạn mà không có gì là 204.',
        en='A tile beyond the limits is 404; one within them that has nothing is 204.',
    ),
    'cql2 1.0/accent-insensitive-comparison': Text(
        vi='Ba vị từ của phụ lục A.6.5 ghi số sai (ogcapi-features #1011); ở đây trả lời số đúng.',
        en='Three predicates of annex A.6.5 state wrong numbers (ogcapi-features #1011); the right ones are answered.',
    ),
    'ogcapi-processes-1 1.0/core': Text(
        vi='Phân tích ngắn được chờ, dài hơn `DOTHI_SYNC_COST_S` thì thành công việc (yêu cầu 25). `echo` nhận '
        'thêm `teststring`, chuỗi mà bộ phép thử của OGC gửi.',
        en='Short analyses are waited for, longer ones than `DOTHI_SYNC_COST_S` become jobs (requirement 25). '
        "`echo` also takes `teststring`, which OGC's suite sends.",
    ),
    'ogcapi-coverages-1 1.0/core': Text(
        vi='Bản ứng viên 1.0.0rc4 khai dưới `https`, bản nháp trước, mà phần mềm biết, dưới `http`.',
        en='The candidate 1.0.0rc4 is declared by `https`, the draft before it, which clients know, by `http`.',
    ),
    'ogcapi-styles-1 1.0/core': Text(
        vi='Bản nháp 20-009; khai dưới cả hai số hiệu đang dùng, 1.0 và 0.0. Chỉ đọc, không sửa qua API.',
        en='The draft 20-009, declared by both numbers in use, 1.0 and 0.0. To be read, not managed by the API.',
    ),
    'wms 1.3.0/basic': Text(
        vi='Thông báo lỗi có mã trạng thái 200, vì QGIS và GDAL chỉ cho xem nội dung khi đó. Thiếu STYLES thì '
        'coi như trống. Một lớp nêu hai lần với cùng kiểu vẽ chỉ vẽ một lần, ở trên cùng. Không có '
        '`updateSequence`.',
        en='Exceptions come with status 200, since QGIS and GDAL show them only then. STYLES left out counts as '
        'empty. A layer that is named twice in a style is drawn once, on top. There is no `updateSequence`.',
    ),
    'wms 1.3.0/time': Text(
        vi='Không lỗi khi hỏi trước lần phát hành đầu của lớp; ảnh trống. `nearestValue` là trạng thái vào lúc đó.',
        en='A time before the first release of a layer is no error, and the picture is empty. `nearestValue` is '
        'the state at that time.',
    ),
    'wms 1.1.1/basic': Text(
        vi='Không nhận SLD và dữ liệu của máy khách.',
        en='SLD and data of the client are not taken.',
    ),
    'wmts 1.0.0/kvp-get': Text(
        vi='Giới hạn đếm từ 0, như lược đồ mà OGC đã sửa; lược đồ in lần đầu không nhận số 0. Khi TIME nêu một '
        'lúc khác thì ô ngoài giới hạn cũng được trả lời: lúc đó có thể có nhiều hơn. Không có POST và SOAP.',
        en='Limits count from 0, as in the schema that OGC has corrected; its first edition takes no 0. Where '
        'TIME names another time, tiles beyond the limits are answered too: there may have been more. No POST '
        'and no SOAP.',
    ),
    'wmts 1.0.0/restful': Text(
        vi='Không có trong OperationsMetadata mà trong `ResourceURL` của mỗi lớp: phần mềm lấy địa chỉ `Get` '
        'cuối cùng.',
        en='Told by the `ResourceURL` of each layer and not in OperationsMetadata, of which clients take the '
        'last `Get`.',
    ),
}

# Classes of the same standards that are not declared.
NOT_DECLARED: dict[str, Text] = {
    'ogcapi-maps-1 1.0/general-subsetting': Text(
        vi='Dữ liệu không có chiều thứ ba.',
        en='No data have a third dimension.',
    ),
    'ogcapi-maps-1 1.0/projection, orientation': Text(
        vi='Không phần mềm nào trong tỉnh cần phép chiếu tự chọn hay ảnh xoay.',
        en='No client of the province asks for projections of its own or turned pictures.',
    ),
    'ogcapi-maps-1 1.0/jpegxl': Text(
        vi='Không phần mềm nào hỏi.',
        en='No client asks for it.',
    ),
    'wms 1.3.0/elevation dimension': Text(
        vi='Dữ liệu không có.',
        en='No data have it.',
    ),
    'wmts 1.0.0/simple profile': Text(
        vi='Cần bộ ô `WorldWebMercatorQuad`, trùng với `WebMercatorQuad`.',
        en='It wants a set `WorldWebMercatorQuad`, which would be `WebMercatorQuad` once more.',
    ),
}
