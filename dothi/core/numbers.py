"""Numbers as Vietnamese texts write them: `1.234,5` and `19,7 %`."""

# Never broken at the end of a line.
SPACE = '\u00a0'
_SIGNS = str.maketrans(',.', '.,')


def number_vi(value: float, form: str = ',') -> str:
    """`value` in a form of Python, such as `,` or `.1%`, with the signs that Vietnamese has.

    A whole number in `,` has a point between thousands, a share in `.1%` a decimal comma and a blank before the sign.
    """
    return vietnamese_signs(format(value, form)).replace('%', f'{SPACE}%')


def vietnamese_signs(text: str) -> str:
    """An English number, such as `1,234.5`, with the decimal comma and the point between thousands."""
    return text.translate(_SIGNS)
