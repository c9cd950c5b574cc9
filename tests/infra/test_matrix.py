"""What `make test` leaves to `make test-all`: combinations, but no value of any factor."""

from tests.matrix import combinations

LANGUAGES, FORMATS, SIZES = ('vi', 'en'), ('json', 'csv', 'gpkg'), (1,)


def test_every_value_of_every_factor_occurs_every_day() -> None:
    rows = combinations(LANGUAGES, FORMATS, SIZES, every=False)
    assert len(rows) == 3
    assert [set(values) for values in zip(*rows, strict=True)] == [set(LANGUAGES), set(FORMATS), set(SIZES)]


def test_test_all_runs_every_combination() -> None:
    rows = combinations(LANGUAGES, FORMATS, SIZES, every=True)
    assert len(rows) == len(set(rows)) == 6
