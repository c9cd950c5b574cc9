"""What a client may not hand over: styles of its own, and addresses that the server would have to fetch."""

from dothi.api.ows.asked import OwsParameters
from dothi.api.ows.errors import InvalidParameterValue, OperationNotSupported

# OGC 05-078r4, 6.3: styles and data that the client brings along.
STYLED = ('SLD', 'SLD_BODY', 'REMOTE_OWS_TYPE', 'REMOTE_OWS_URL', 'WFS')
# Where an address is a name (of a coordinate system), or a text to compare with.
NAMES = ('CRS', 'SRS', 'TILEMATRIXSET', 'CQL_FILTER')


def refuse_addresses(parameters: OwsParameters) -> None:
    """Raises OperationNotSupported for styles that the client brings, InvalidParameterValue for any other address."""
    for name in STYLED:
        if parameters.text(name):
            raise OperationNotSupported(
                vi=f'{name}: không nhận kiểu vẽ hay dữ liệu của máy khách. Chọn một kiểu vẽ trong STYLES.',
                en=f'{name}: styles and data of the client are not taken. Choose one of the styles by STYLES.',
                locator=name,
            )
    for name, value in parameters:
        if '://' in value and name not in NAMES:
            raise InvalidParameterValue(
                vi=f'{name}: không nhận địa chỉ; máy chủ không tải gì từ nơi khác.',
                en=f'{name}: addresses are not taken; the server fetches nothing from elsewhere.',
                locator=name,
            )
