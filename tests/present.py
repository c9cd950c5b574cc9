"""What a test knows to be there although its type says that it may be missing."""


def present[T](value: T | None) -> T:
    """`value`; raises AssertionError where it is None."""
    assert value is not None
    return value
