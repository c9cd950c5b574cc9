"""The OpenAPI document, area by area."""
