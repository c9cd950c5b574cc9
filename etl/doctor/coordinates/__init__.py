"""Which coordinate system a file is in: declared, implied, or undecided with its candidates. Never a silent guess.

`candidates` says what is worth trying, `references` what is known of the place, `scoring` how each candidate fits it,
`case` gathers that, `verdict` says what follows, `telling` and `explanation` how it is told.
"""

from etl.doctor.coordinates.reading import Reading
from etl.doctor.coordinates.references import Reference, columns_of, known_of_release, known_of_units, units_alone
from etl.doctor.coordinates.sample import Sample
from etl.doctor.coordinates.verdict import Decision, NoPlaces, decide

__all__ = [
    'Decision', 'NoPlaces', 'Reading', 'Reference', 'Sample', 'columns_of', 'decide', 'known_of_release',
    'known_of_units', 'units_alone',
]  # fmt: skip
