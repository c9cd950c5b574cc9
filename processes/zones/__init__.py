"""Figures by zones and units: cut, weighted, restated, compared, tested for clusters."""
