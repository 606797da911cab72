"""One registry for all trials of a module, that takes tokens and looks at certificates by its own clock."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from registry.access.certificate_door import CertificateDoor
from registry.access.identity import Caller, CallerRole
from registry.provenance.access_token import TokenKey
from registry.token_desk import Vouching
from tests.access_matrix.calls import kinds
from tests.access_matrix.certificates import Town
from tests.access_matrix.tokens import LONGEST_S, Desk
from tests.support.faces import Faced, claims, facing
from tests.support.revocation import LateClock, RevokedBy
from tests.support.served import authority_of
from tests.support.spine import found_spine, furnish


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: a registry that is served, every method it serves, and who makes papers for it. ``key``
    vouches for everybody but faces, by the console."""

    faced: Faced
    town: Town
    desk: Desk
    key: TokenKey
    methods: Mapping[str, tuple[bool, bool]]

    def token(self, caller: Caller, **changes: Any) -> str:
        """A token of the issuer that vouches for everybody."""
        return self.key.sign(claims(caller, issuer="all", face="console", **changes))


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("matrix") / "registry"))
    spine.deliver()
    lists, clock = RevokedBy(authority_of(spine), spine.directory / "revoked.crl"), LateClock()
    lists.write()
    with facing(spine, certificates=CertificateDoor(lists.files, clock)) as faced:
        town = Town(faced.served, lists, clock, tmp_path_factory.mktemp("strangers"))
        desk, key = Desk.of(faced), TokenKey.new()
        roles = [role.value for role in CallerRole if role is not CallerRole.FACE]
        faced.trust(key, Vouching("all", roles, ["console"], LONGEST_S))
        time.sleep(1.1)  # Lists are looked at once a second.
        assert faced.served.server is not None
        yield Trial(faced, town, desk, key, kinds(faced.served.server))
