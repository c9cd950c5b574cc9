"""Units of measure as layer files write them, in the notation of UCUM."""

# Symbols that mean the same in UCUM's case-sensitive form.
SAME = frozenset({
    '1', 'm', 'km', 'cm', 'mm', 'm2', 'km2', 'm3', 's', 'min', 'h', 'd', 'a', 'mg', 'g', 'kg', 't', 'L', 'V', 'kV', 'W',
    'kW', 'MW', 'A', 'Pa', 'kPa', 'bar', 'Hz', 'N', 'kN', 'J', 'kW.h', 'deg', '%',
})  # fmt: skip
OTHERWISE = {'ha': 'har', 'm²': 'm2', 'km²': 'km2', 'm³': 'm3', '°': 'deg', '°C': 'Cel', 'year': 'a', 'day': 'd',
             'µg': 'ug', 'MVA': 'MV.A'}  # fmt: skip


def ucum(unit: str) -> str:
    """`unit` in UCUM; counted things (a bed, a person) and what UCUM has no sign for become an annotation, {bed}."""
    return '/'.join(map(_part, unit.split('/')))


def _part(unit: str) -> str:
    if unit in SAME:
        return unit
    return OTHERWISE.get(unit) or '{' + unit.translate({ord('{'): '(', ord('}'): ')'}) + '}'
