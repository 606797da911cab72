"""Calls of the registry for an official: with a token of the console's own key, five minutes long.

    sub  registry://<origin>/department/<code>     whom it calls for
    client_id  registry://<origin>/face/console    the console, by its certificate

The registry answers with the rights of that caller (``registry token trust``). The console's certificate says
which log it belongs to; nothing of that is configured twice.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Lock

from cryptography import x509

from registry.provenance.access_token import AccessToken, TokenKey
from registry.v1.directory_service_pb2 import OfficialEntry
from registry.v1.statement_pb2 import OfficialRole
from registry_client import Registry, RegistryCallError
from registry_client.credentials import CERTIFICATE, CredentialsError
from registry_web.console.official import Official

ISSUER = "console"
TOKEN_S = 300
_RENEW_S = 60
_DIRECTORY_S = 60
_KEPT = 4096
_ID_BYTES = 16


def face_identity(credentials: Path) -> tuple[str, str]:
    """The identity of a face by its certificate, and the origin of the log. Raises CredentialsError."""
    path = credentials / CERTIFICATE
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except OSError as error:
        raise CredentialsError(f"{path}: 不能读取: {error.strerror}") from None
    except (ValueError, x509.ExtensionNotFound):
        raise CredentialsError(f"{path}: 不是写明身份的证书") from None
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    origin, _, name = (uris[0] if len(uris) == 1 else "").removeprefix("registry://").rpartition("/face/")
    if not origin or not name:
        raise CredentialsError(f"{path}: 身份应为 registry://…/face/…, 见 registry credentials")
    return uris[0], origin


class RevokedError(Exception):
    """The directory says that the official's powers have ended."""


class Calling:
    """Calls a registry for officials; connections are shared, tokens are kept by caller."""

    def __init__(
        self, registry: Registry, key: TokenKey, face: tuple[str, str], now: Callable[[], float]
    ) -> None:
        self._registry = registry
        self._key = key
        self._face, self.origin = face
        self._now = now
        self._lock = Lock()
        self._behalf: dict[str, tuple[int, Registry]] = {}
        self._directory: dict[str, tuple[float, dict[str, OfficialEntry]]] = {}
        self._departments: tuple[float, dict[str, str]] = (float("-inf"), {})

    def registry(self, session: str, official: Official) -> Registry:
        """The registry, called for an official; ``session`` names the session for which it is kept."""
        name, now = f"{session}/{official.caller}", int(self._now())
        with self._lock:
            expires, found = self._behalf.get(name, (0, self._registry))
            if expires - now > _RENEW_S:
                return found
            if len(self._behalf) >= _KEPT:
                self._behalf = {}
            called = self._registry.behalf(self._key.sign(self._token(official, now)))
            self._behalf[name] = now + TOKEN_S, called
            return called

    def _token(self, official: Official, now: int) -> AccessToken:
        return AccessToken(
            issuer=ISSUER,
            subject=f"registry://{self.origin}/{official.caller}",
            audience=self.origin,
            face=self._face,
            token_id=secrets.token_hex(_ID_BYTES),
            issued_s=now,
            expires_s=now + TOKEN_S,
        )

    def described(self, session: str, official: Official) -> Official:
        """The official with what the directory says of him; without where it cannot be asked. Raises
        RevokedError."""
        if official.role == "auditor":
            return official
        named = replace(official, department_name=self._names(session, official))
        entry = self._officials(session, official).get(official.official_id)
        if entry is None:
            return named
        if entry.HasField("revoked_position"):
            raise RevokedError
        said = entry.registration
        duties = tuple(OfficialRole.Name(role) for role in said.roles)
        return replace(named, name=said.name or official.name, section=said.section, duties=duties)

    def _names(self, session: str, official: Official) -> str:
        """What the official's department is called; empty where it cannot be asked."""
        now = self._now()
        read, known = self._departments
        if official.department not in known or abs(now - read) >= _DIRECTORY_S:
            try:
                entries = self.registry(session, official).departments()
            except RegistryCallError:
                return known.get(official.department, "")
            known = {each.registration.code: each.registration.name for each in entries}
            self._departments = now, known
        return known.get(official.department, "")

    def _officials(self, session: str, official: Official) -> dict[str, OfficialEntry]:
        now = self._now()
        read, known = self._directory.get(official.department, (float("-inf"), {}))
        if abs(now - read) < _DIRECTORY_S:
            return known
        try:
            entries = self.registry(session, official).officials(official.department)
        except RegistryCallError:
            return known
        known = {entry.registration.official_id: entry for entry in entries}
        self._directory[official.department] = now, known
        return known
