import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motion.formats.decimals import count_words, read_numbers


def bits(numbers: list[float] | np.ndarray) -> bytes:
    return np.array(numbers, float).tobytes()


words = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.floats(-1e3, 1e3).map("{:.6f}".format),
    st.floats(-1e3, 1e3).map("{:g}".format),
    st.decimals(-100, 100, places=14).map("{:f}".format),
    st.integers(-(10**18), 10**18).map(str),
    st.sampled_from(["-0", "0.", ".5", "-.5", "+1", "1_0", "-0.000000", "nan", "inf", "1e400"]),
)


@given(st.lists(words, max_size=20), st.sampled_from([" ", "\t", "\r\n", "  "]))
def test_numbers_are_read_as_float_reads_them(written, blank):
    assert bits(read_numbers(blank.join(written))) == bits([float(word) for word in written])


@pytest.mark.parametrize("word", ["x", "-", ".", "1-2", "1.2.3", "--1", "1e", "é"])
def test_what_is_no_number_is_refused(word):
    with pytest.raises(ValueError, match="could not convert"):
        read_numbers(f"1 {word} 2")


def test_words_are_counted_on_lines_that_have_any():
    assert count_words("a b\n\n c\r\nd e f\r  \rg").tolist() == [2, 1, 3, 1]
    assert count_words(" ").tolist() == []
