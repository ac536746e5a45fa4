"""The printed form of numbers: one function for each, so they look the same everywhere."""

MINUS = "\N{MINUS SIGN}"
NARROW = 0.02  # an interval of this width leaves the third digit of a score uncertain
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = 3) -> str:
    """Return `value` with a fixed number of digits and a real minus sign; never a minus zero."""
    text = f"{value:.{digits}f}"
    return text.replace("-", MINUS) if float(text) else text.removeprefix("-")


def estimate(value: float, low: float, high: float) -> str:
    """Return a score with only its significant digits: three if its interval is narrow, else two.

    A score below 1 is never printed as 1.
    """
    digits = 3 if 0 < high - low < NARROW else 2  # zero width means equal resamples, not certainty
    text = number(value, digits)
    return text if value >= 1 or float(text.replace(MINUS, "-")) < 1 else f">\u00a00.{'9' * digits}"


def interval(low: float, high: float) -> str:
    """Return the ends of an interval, with as many digits as `estimate` gives its value."""
    if low == high:
        return "the same in every resample"
    return f"{estimate(low, low, high)} to {estimate(high, low, high)}"


def brief(value: float) -> str:
    """Return `value` with about three significant digits, for labels of scales and ranges."""
    size = abs(value)
    return number(value, 0 if size >= 100 else 1 if size >= 10 else 2)


def plain(value: float) -> str:
    """Return a whole number in full, any other value as `brief` does."""
    return f"{value:,.0f}".replace("-", MINUS) if float(value).is_integer() else brief(value)


def within_sentence(name: str) -> str:
    """Return a name as it is written within a sentence: without its first capital, unless it begins as GRU does."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def scientific(value: float) -> str:
    """Return a positive `value` as 1.9 × 10⁻⁶; 0 as 0."""
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}\u00a0×\u00a010{str(int(exponent)).translate(_SUPERSCRIPTS)}"


def percent(share: float) -> str:
    """Return a share as a percentage, with 100 only for exactly all and 0 only for exactly none."""
    hundredths = round(100 * share, 1)
    if share < 1 and hundredths == 100:
        return ">\u00a099.9\u00a0%"
    if share > 0 and hundredths == 0:
        return "<\u00a00.1\u00a0%"
    return f"{hundredths:g}\u00a0%"


def thousands(value: int) -> str:
    """Return a whole number with thousands separators: 10,524."""
    return f"{value:,}"


def count(value: int, noun: str, plural: str | None = None) -> str:
    """Return a count with its noun: 1 layer, 10,524 sequences."""
    return f"{thousands(value)} {noun if value == 1 else plural or noun + 's'}"


def data_size(size: int) -> str:
    """Return a number of bytes in readable units: 812 bytes, 48 kB, 3.1 MB."""
    if size < 1_000:
        return count(size, "byte")
    return f"{size / 1_000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
