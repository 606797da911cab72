from __future__ import annotations

import pytest

from registry.provenance import der
from registry.provenance.der import DerError, elements, encode, encode_number, only


def test_example_of_the_module_is_written_and_read() -> None:
    written = encode(der.SEQUENCE, encode_number(1), encode(der.BOOLEAN, b"\xff"))
    assert written.hex() == "30060201010101ff"
    number, truth = only(written).within(der.SEQUENCE)
    assert (number.number(), truth.content) == (1, b"\xff")


@pytest.mark.parametrize("length", [0, 1, 127, 128, 129, 255, 256, 257, 65_535, 65_536])
def test_content_of_every_length_comes_back(length: int) -> None:
    content = bytes(length)
    assert only(encode(der.OCTETS, content)).expect(der.OCTETS) == content


@pytest.mark.parametrize("number", [0, 1, 127, 128, 255, 256, 1 << 63, (1 << 128) - 1])
def test_numbers_come_back(number: int) -> None:
    assert only(encode_number(number)).number() == number


def test_negative_number_is_read() -> None:
    assert only(bytes.fromhex("0201ff")).number() == -1


@pytest.mark.parametrize(
    "spelling",
    [
        "30",  # no length
        "3001",  # content missing
        "308101aa",  # a length below 128 in two bytes
        "30820080" + "00" * 128,  # a leading zero in the length
        "3080" + "0000",  # indefinite
        "3081",  # the length itself cut short
        "1f0100",  # a tag above 30
        "3003020101ff",  # a byte left over that is no element
    ],
)
def test_other_spellings_are_refused(spelling: str) -> None:
    with pytest.raises(DerError):
        only(bytes.fromhex(spelling))


@pytest.mark.parametrize("spelling", ["0200", "02020001", "0202ff80", "0101ff"])
def test_numbers_with_a_byte_too_many_or_none_are_refused(spelling: str) -> None:
    with pytest.raises(DerError):
        only(bytes.fromhex(spelling)).number()


def test_element_of_another_tag_is_refused() -> None:
    with pytest.raises(DerError, match="04 was expected, not 02"):
        only(encode_number(1)).expect(der.OCTETS)


def test_two_elements_are_not_one() -> None:
    assert len(elements(encode_number(1) * 2)) == 2
    with pytest.raises(DerError, match="not 2"):
        only(encode_number(1) * 2)


def test_what_is_larger_than_any_time_stamp_is_not_read() -> None:
    with pytest.raises(DerError, match="longer"):
        elements(bytes(der.MAX_BYTES + 1))
