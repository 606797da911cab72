"""The policy table of papers: which states of a caller's certificate, and of a token, lead where.

Every state leads to one outcome in **every** method:

    NO_CONNECTION     TLS refuses the certificate: no call is made
    UNAUTHENTICATED   the gate refuses the call before it looks at the method
    AS_CALLER         the caller is who it is said to be: ``access.policy.METHODS`` has the last word
    AS_FACE           a face without a caller behind it: it may do what the role FACE may, which is to ask
                      whether the server is well

Nothing is decided by this table: it says what ``access.certificate_door``, ``access.identity``,
``access.tokens`` and TLS must come to between them. A test makes each state and calls each method with it
(tests/access_matrix), and `docs/access-matrix.csv` is printed from it (``make access-matrix``); a state that
no test can make, or that is not written here, fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class Outcome(Enum):
    """What becomes of a call."""

    NO_CONNECTION = "no connection"
    UNAUTHENTICATED = "unauthenticated"
    AS_CALLER = "as the caller"
    AS_FACE = "as a face"


_NO, _NOBODY, _CALLER = Outcome.NO_CONNECTION, Outcome.UNAUTHENTICATED, Outcome.AS_CALLER

CERTIFICATES: Mapping[str, Outcome] = {
    "good": _CALLER,
    "none": _NO,
    "signed by itself": _NO,
    "of another authority": _NO,
    "of another authority of the same name": _NO,
    "signed with another caller's certificate": _NO,
    "expired": _NO,
    "not yet valid": _NO,
    "a server's": _NO,
    "expired on an open connection": _NOBODY,
    "revoked": _NOBODY,
    "revoked on an open connection": _NOBODY,
    "good, the list of revoked ones cannot be read": _NOBODY,
    "good, the list of revoked ones has ended": _NOBODY,
    "without an identity": _NOBODY,
    "with two identities": _NOBODY,
    "with the same identity twice": _NOBODY,
    "of another registry": _NOBODY,
    "of a registry in another case": _NOBODY,
    "of an unknown role": _NOBODY,
    "of a role in another case": _NOBODY,
    "of a code in another case": _NOBODY,
    "of a code with a wrong check digit": _NOBODY,
    "of a name in another case": _NOBODY,
    "of a name that is escaped": _NOBODY,
    "of a name and a path": _NOBODY,
    "of no name": _NOBODY,
    "of another scheme": _NOBODY,
}
"""States of a client certificate; roles do not matter but where it is good."""

TOKENS: Mapping[str, Outcome] = {
    "good": _CALLER,
    "none": Outcome.AS_FACE,
    "not a token": _NOBODY,
    "empty": _NOBODY,
    "of an unknown issuer": _NOBODY,
    "of an issuer for another face": _NOBODY,
    "for another face": _NOBODY,
    "for another registry": _NOBODY,
    "for two registries": _NOBODY,
    "expired": _NOBODY,
    "not yet valid": _NOBODY,
    "longer than its issuer may make it": _NOBODY,
    "revoked": _NOBODY,
    "unsigned (alg none)": _NOBODY,
    "signed with the public key as a secret (HS256)": _NOBODY,
    "changed after it was signed": _NOBODY,
    "twice": _NOBODY,
    "with a word in another case (bearer)": _NOBODY,
    "by another scheme (Basic)": _NOBODY,
    "naming a face": _NOBODY,
    "naming the public": _NOBODY,
    "naming the registrar": _NOBODY,
    "naming a department that its issuer has no word for": _NOBODY,
    "naming a code in another case": _NOBODY,
    "good, the lists cannot be read": _NOBODY,
}
"""States of a token that a face with a good certificate brings. In the hands of any other caller a token is
nothing: it is not read, and its certificate says who calls."""
