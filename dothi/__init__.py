"""Đô Thị: a geospatial data platform for a province's smart-city operations centre."""

__version__ = '0.1.0'
