"""double, in Python."""


def double(value: int) -> int:
    """Twice the value."""
    return 2 * value
