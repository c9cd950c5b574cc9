"""Texts in the language of a reader: those given as {vi, en}, and fixed words of pygeoapi, which speaks English."""

from typing import Any

from dothi.core.text import LANGUAGES, Lang, Text

LINK_TITLES = {
    'Collections': 'Các lớp dữ liệu',
    'Conformance': 'Các lớp tuân thủ',
    'Items as GeoJSON': 'Đối tượng, GeoJSON',
    'Items as HTML': 'Đối tượng, HTML',
    'Items as RDF (GeoJSON-LD)': 'Đối tượng, GeoJSON-LD',
    'Items (next)': 'Trang sau',
    'Items (prev)': 'Trang trước',
    'Queryables for this collection as HTML': 'Thuộc tính lọc được, HTML',
    'Queryables for this collection as JSON': 'Thuộc tính lọc được, JSON',
    'Schema of collection in HTML': 'Cấu trúc lớp dữ liệu, HTML',
    'Schema of collection in JSON': 'Cấu trúc lớp dữ liệu, JSON',
    'The OpenAPI definition as HTML': 'Tài liệu OpenAPI, HTML',
    'The OpenAPI definition as JSON': 'Tài liệu OpenAPI, JSON',
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
    """`node` with each Text and each {vi, en} within it in one language."""
    if isinstance(node, Text):
        return node.pick(lang)
    if isinstance(node, dict):
        if node.keys() == set(LANGUAGES):
            return node[lang]
        return {name: in_language(value, lang) for name, value in node.items()}
    return [in_language(part, lang) for part in node] if isinstance(node, list) else node
