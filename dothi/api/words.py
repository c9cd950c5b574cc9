"""Texts in the language of a reader: those given as {vi, en}, and fixed words of pygeoapi, which speaks English."""

from typing import Any

from dothi.core.text import LANGUAGES, Lang, Text

RESULTS = Text(vi='Kết quả', en='Result')
LINK_TITLES = {
    'Collections': 'Các lớp dữ liệu',
    'Conformance': 'Các lớp tuân thủ',
    'Execution for this process as JSON': 'Chạy phân tích này, JSON',
    'Items as GeoJSON': 'Đối tượng, GeoJSON',
    'Items as HTML': 'Đối tượng, HTML',
    'Items as RDF (GeoJSON-LD)': 'Đối tượng, GeoJSON-LD',
    'Items (next)': 'Trang sau',
    'Items (prev)': 'Trang trước',
    'Jobs': 'Tác vụ',
    'Jobs list as HTML': 'Danh sách tác vụ, HTML',
    'Jobs list as JSON': 'Danh sách tác vụ, JSON',
    'Process description as HTML': 'Mô tả phân tích, HTML',
    'Process description as JSON': 'Mô tả phân tích, JSON',
    'Processes': 'Các phân tích',
    'Queryables for this collection as HTML': 'Thuộc tính lọc được, HTML',
    'Queryables for this collection as JSON': 'Thuộc tính lọc được, JSON',
    'Schema of collection in HTML': 'Cấu trúc lớp dữ liệu, HTML',
    'Schema of collection in JSON': 'Cấu trúc lớp dữ liệu, JSON',
    'The OpenAPI definition as HTML': 'Tài liệu OpenAPI, HTML',
    'The OpenAPI definition as JSON': 'Tài liệu OpenAPI, JSON',
    'The job list for the current process': 'Danh sách tác vụ',
    'The landing page of this server as HTML': 'Trang chủ API, HTML',
    'The landing page of this server as JSON': 'Trang chủ API, JSON',
    'The list of supported tiling schemes as HTML': 'Các bộ ô bản đồ, HTML',
    'The list of supported tiling schemes as JSON': 'Các bộ ô bản đồ, JSON',
    'This document as HTML': 'Tài liệu này, HTML',
    'This document as JSON': 'Tài liệu này, JSON',
    'This document as RDF (JSON-LD)': 'Tài liệu này, JSON-LD',
    'TileMatrixSet definition in JSON': 'Định nghĩa bộ ô, JSON',
    'Tiles as HTML': 'Ô bản đồ, HTML',
    'Tiles as JSON': 'Ô bản đồ, JSON',
}


def in_language(node: Any, lang: Lang) -> Any:
    """`node` with each {vi, en} within it in one language."""
    if isinstance(node, dict):
        if node.keys() == set(LANGUAGES):
            return node[lang]
        return {name: in_language(value, lang) for name, value in node.items()}
    return [in_language(part, lang) for part in node] if isinstance(node, list) else node
