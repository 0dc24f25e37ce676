"""Numbers in text, many at once."""

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

Array = np.ndarray

DIGITS = 15
"""Digits whose number is whole and exact in a float, whatever they are."""

_POWERS = 10.0 ** np.arange(DIGITS + 1)


def count_words(text: str) -> Int[Array, "L"]:
    """Return how many words each line has that has any."""
    data = _bytes(text)
    starts = _edges(data)[::2]
    breaks = np.flatnonzero((data == ord("\n")) | (data == ord("\r")))
    counts = np.diff(np.searchsorted(starts, breaks), prepend=0, append=len(starts))
    return counts[counts > 0]


def read_numbers(text: str) -> Float[Array, "N"]:
    """Return the numbers between blanks, each as `float` reads it.

    The digits of a decimal number are a whole number, and their point divides it by a power of ten.
    Where both are exact, the quotient is rounded once, as it should be. Numbers with an exponent or
    more digits are read one by one.

    References:
        W. D. Clinger, "How to Read Floating Point Numbers Accurately", 1990.

    Raises:
        ValueError: If a word is no number.
    """
    data = _bytes(text)
    edges = _edges(data)
    starts, ends = edges[::2].copy(), edges[1::2].copy()
    points = np.flatnonzero(data == ord("."))
    owners = np.searchsorted(starts, points, "right") - 1
    decimals = np.zeros(len(starts), int)
    decimals[owners] = ends[owners] - 1 - points
    negative = data.take(starts) == ord("-")
    numbers, digits, at = np.zeros(len(starts)), np.zeros(len(starts), int), starts + negative
    for _ in range(min(int((ends - starts).max(initial=0)), DIGITS + 1)):
        digit = data.take(at, mode="clip") - np.uint8(ord("0"))
        is_digit = (digit < 10) & (at < ends)  # what is less than a zero becomes large
        np.copyto(numbers, numbers * 10.0 + digit, where=is_digit)
        digits += is_digit
        at += 1
    numbers /= _POWERS.take(decimals, mode="clip")
    np.negative(numbers, out=numbers, where=negative)
    marks = np.bincount(owners, minlength=len(starts))
    plain = (marks < 2) & (digits > 0) & (digits <= DIGITS)
    plain &= digits + marks + negative == ends - starts
    odd, letters = np.flatnonzero(~plain), data.tobytes().decode("latin-1")
    spans = zip(starts[odd].tolist(), ends[odd].tolist(), strict=True)
    numbers[odd] = [float(letters[start:end]) for start, end in spans]
    return numbers


def _bytes(text: str) -> UInt8[Array, "B"]:
    return np.frombuffer(f" {text} ".encode(), np.uint8)


def _edges(data: UInt8[Array, "B"]) -> Int[Array, "2*N"]:
    """Return where each word starts, and then where it ends."""
    blank: Bool[Array, "B"] = data <= ord(" ")
    return np.flatnonzero(blank[1:] != blank[:-1]) + 1
