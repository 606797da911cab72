"""Identity URIs: what is written is read back, and nothing else is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.access.identity import Caller, CallerRole, IdentityError, caller_of_peer, parse_identity

ORIGIN = "example.com/log"
CODE = "1113090000271500XH"


def test_each_role_has_its_place_in_the_uri() -> None:
    written = {role: Caller(role, CODE, ORIGIN).uri for role in (CallerRole.DEPARTMENT, CallerRole.REGISTRAR)}
    assert written == {
        CallerRole.DEPARTMENT: f"registry://example.com/log/department/{CODE}",
        CallerRole.REGISTRAR: f"registry://example.com/log/registrar/{CODE}",
    }
    others = [role for role in CallerRole if role not in written]
    assert [Caller(role, "platform-1.north", ORIGIN).uri for role in others] == [
        "registry://example.com/log/system/procurement/platform-1.north",
        "registry://example.com/log/system/bidding/platform-1.north",
        "registry://example.com/log/system/financing/platform-1.north",
        "registry://example.com/log/system/licensing/platform-1.north",
        "registry://example.com/log/system/border/platform-1.north",
        "registry://example.com/log/auditor/platform-1.north",
        "registry://example.com/log/public/platform-1.north",
        "registry://example.com/log/face/platform-1.north",
    ]


@pytest.mark.parametrize("origin", ["example", "example.com", "example.com:8443", "example.com/log/2026"])
@pytest.mark.parametrize("role", CallerRole)
def test_what_is_written_is_read_back(role: CallerRole, origin: str) -> None:
    name = CODE if role in (CallerRole.DEPARTMENT, CallerRole.REGISTRAR) else "tender-platform"
    caller = Caller(role, name, origin)
    assert parse_identity(caller.uri, origin=origin) == caller


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "registry://",
        "registry://example.com/log",
        "registry://example.com/log/",
        f"registry://example.com/department/{CODE}",
        f"registry://example.com/log2/department/{CODE}",
        f"registry://example.com/log/x/department/{CODE}",
        f"registry://EXAMPLE.com/log/department/{CODE}",
        f"https://example.com/log/department/{CODE}",
        f" registry://example.com/log/department/{CODE}",
    ],
)
def test_a_name_of_another_registry_or_of_none_is_refused(uri: str) -> None:
    with pytest.raises(IdentityError, match=r"not an identity at example\.com/log|no such role"):
        parse_identity(uri, origin=ORIGIN)


@pytest.mark.parametrize(
    "path",
    [
        "system/platform",
        "system//platform",
        "system/tax/platform",
        "procurement/platform",
        "system/procurement/a/platform",
        "Auditor/platform",
        "DEPARTMENT/1113090000271500XH",
        "department//1113090000271500XH",
    ],
)
def test_an_unknown_role_is_refused(path: str) -> None:
    with pytest.raises(IdentityError, match="no such role"):
        parse_identity(f"registry://{ORIGIN}/{path}", origin=ORIGIN)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "1113090000271500XJ",  # another check character
        "1113090000271500X",
        "1113090000271500XH ",
        "１113090000271500XH",
        "91350100m000100y43",  # valid once normalised; a name is not normalised
        "1113090000271500XH?x=1",
    ],
)
def test_a_department_is_named_by_a_valid_code_only(code: str) -> None:
    with pytest.raises(IdentityError, match="valid USCC"):
        parse_identity(f"registry://{ORIGIN}/department/{code}", origin=ORIGIN)


@pytest.mark.parametrize(
    "name", ["", "A", "a_b", "-a", "a-", "a..b", "a b", "a%20b", "a?b", "a#b", "平台", "a\n", "a" * 65]
)
def test_a_malformed_name_is_refused(name: str) -> None:
    with pytest.raises(IdentityError, match="not the name of a system or auditor"):
        parse_identity(f"registry://{ORIGIN}/auditor/{name}", origin=ORIGIN)


@pytest.mark.parametrize(
    "origin", ["", "a b", "example.com/", "/log", "example.com/../log", "a?b", "样例.cn"]
)
def test_an_origin_that_cannot_stand_in_a_uri_is_refused(origin: str) -> None:
    with pytest.raises(IdentityError, match="not an origin"):
        Caller(CallerRole.AUDITOR, "a", origin)


@given(st.text(alphabet="adeilmnoprstuy/:.-0123456789 \n\x00é", max_size=80))
def test_every_uri_names_exactly_one_caller_or_none(rest: str) -> None:
    uri = f"registry://{ORIGIN}/{rest}"
    try:
        read_back = parse_identity(uri, origin=ORIGIN).uri
    except IdentityError:
        return
    assert read_back == uri


def test_a_peer_without_a_certificate_is_nobody() -> None:
    with pytest.raises(IdentityError, match="there are 0 URIs"):
        caller_of_peer({"transport_security_type": [b"insecure"]}, origin=ORIGIN)


def test_a_peer_with_two_names_is_nobody() -> None:
    uri = Caller(CallerRole.AUDITOR, "a", ORIGIN).uri.encode()
    with pytest.raises(IdentityError, match="there are 2 URIs"):
        caller_of_peer({"peer_uri": [uri, uri]}, origin=ORIGIN)


def test_a_peer_whose_name_is_not_ascii_is_nobody() -> None:
    with pytest.raises(IdentityError, match="not an identity"):
        caller_of_peer({"peer_uri": [b"\xff\xfe"]}, origin=ORIGIN)
