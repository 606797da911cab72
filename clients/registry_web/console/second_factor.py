"""The second factor (WebAuthn Level 2): registered once by invitation, asked for at sign-in and at signing.

* Relying party: the host of the console's URL; origin: the URL. An address by number cannot be one, so a
  console on this machine is reached as ``http://localhost:…``.
* User verification is required: the authenticator asks for its own PIN, a finger or a face.
* The counter of an authenticator must rise, where it counts at all: one that does not was copied.
* Attestation is not asked for: which authenticators an office buys is its own decision.

What the page hands to ``navigator.credentials`` is made here as JSON; what comes back is checked here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.cose import COSEAlgorithmIdentifier as Cose
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from registry_web.console.accounts import Account, Credential

_ALGORITHMS = [Cose.EDDSA, Cose.ECDSA_SHA_256, Cose.RSASSA_PKCS1_v1_5_SHA_256]
_TIMEOUT_MS = 120_000
_MAX_JSON = 16_384
_UNREADABLE = (WebAuthnException, ValueError, KeyError, TypeError, RecursionError)


class SecondFactorError(ValueError):
    """What an authenticator answered does not do; one line."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The console, as authenticators know it."""

    url: str

    @property
    def name(self) -> str:
        """Its id: a host."""
        return urlsplit(self.url).hostname or ""

    @property
    def can_ask(self) -> bool:
        """Whether authenticators serve it at all."""
        try:
            ip_address(self.name)
        except ValueError:
            return bool(self.name)
        return False

    def registration(self, account: Account, challenge: bytes) -> str:
        """What a page registers an authenticator with, JSON."""
        options = generate_registration_options(
            rp_id=self.name,
            rp_name="信用管理台",
            user_id=account.handle,
            user_name=account.login,
            user_display_name=account.name,
            challenge=challenge,
            timeout=_TIMEOUT_MS,
            attestation=AttestationConveyancePreference.NONE,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.DISCOURAGED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            supported_pub_key_algs=_ALGORITHMS,
        )
        return options_to_json(options)

    def registered(self, answer: str, challenge: bytes) -> Credential:
        """The credential that an authenticator has made. Raises SecondFactorError."""
        try:
            found = verify_registration_response(
                credential=_bounded(answer),
                expected_challenge=challenge,
                expected_rp_id=self.name,
                expected_origin=self.url,
                require_user_verification=True,
                supported_pub_key_algs=_ALGORITHMS,
            )
        except _UNREADABLE as error:
            raise SecondFactorError("第二因素没有登记成功, 请再试一次") from error
        return Credential(found.credential_id, found.credential_public_key, found.sign_count)

    def question(self, credentials: Sequence[bytes], challenge: bytes) -> str:
        """What a page asks one of these credentials, JSON."""
        options = generate_authentication_options(
            rp_id=self.name,
            challenge=challenge,
            timeout=_TIMEOUT_MS,
            allow_credentials=[PublicKeyCredentialDescriptor(id=each) for each in credentials],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json(options)

    def answered(
        self, answer: str, challenge: bytes, credentials: Sequence[Credential]
    ) -> tuple[Credential, int]:
        """Which credential has answered, and its new counter. Raises SecondFactorError."""
        try:
            identifier = parse_authentication_credential_json(_bounded(answer)).raw_id
            known = next((each for each in credentials if each.identifier == identifier), None)
            if known is None:
                raise SecondFactorError("第二因素不是本账户登记的")
            found = verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self.name,
                expected_origin=self.url,
                credential_public_key=known.public_key,
                credential_current_sign_count=known.sign_count,
                require_user_verification=True,
            )
        except SecondFactorError:
            raise
        except _UNREADABLE as error:
            raise SecondFactorError("第二因素没有通过, 请再试一次") from error
        return known, found.new_sign_count


def signature_in(answer: str) -> bytes:
    """The signature in an answer that was checked: what it is, however its JSON is written."""
    return parse_authentication_credential_json(answer).response.signature


def _bounded(answer: str) -> str:
    if not answer or len(answer) > _MAX_JSON:
        raise SecondFactorError("没有收到第二因素的应答")
    return answer
