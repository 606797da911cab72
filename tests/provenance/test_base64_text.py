"""Base64 in signed text: every content has exactly one spelling."""

import pytest

from registry.provenance.base64_text import decode_base64, encode_base64


def test_content_survives_the_round_trip() -> None:
    for content in (b"", b"\x00", b"\x00\x01\x02\x03", b"\xfb\xff\xbf", bytes(range(256))):
        assert decode_base64(encode_base64(content)) == content


def test_spelling_is_the_standards() -> None:
    assert decode_base64("AAECAw==") == b"\x00\x01\x02\x03"
    assert decode_base64("") == b""
    assert encode_base64(b"\xfb\xff\xbf") == "+/+/"


@pytest.mark.parametrize(
    "text",
    [
        "AAECAx==",
        "AAECAw=",
        "AAECAw",
        "AAECAw== ",
        " AAECAw==",
        "AA\nEC",
        "-_-_",
        "ÄAEC",
        "====",
        "AAECAw==AAEC",
    ],
)
def test_other_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        decode_base64(text)
