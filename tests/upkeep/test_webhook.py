"""Notices pushed to addresses: signed, until they are taken, whatever stops in between."""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from registry.commands.jobs import Job
from registry.config import CONFIG_NAME, ConfigError, load_config
from registry.engine import OwnSigners
from registry.outbound import Outbound
from registry.receipts.signing import ReceiptSigners
from registry.upkeep.webhooks import (
    BREAKS,
    LONGEST_PAUSE_S,
    SIGNATURE_HEADER,
    SUBJECT,
    Delivery,
    Hook,
    Webhooks,
)
from registry.v1.statement_pb2 import REGISTRY_KEY_PURPOSE_RECEIPT
from tests.support.events import ban, new_firm, new_person, placed, withdrawal
from tests.support.notices import PLATFORM, department_of, subscribe, waiting
from tests.support.receiver import Receiver, receiving, wait_for
from tests.support.spine import Spine, found_spine, furnish

PRO = "M-PRO-01"
SOON_S = 0.02


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    """A registry with one system that is told of every change."""
    spine = furnish(found_spine(tmp_path / "registry"), ["财政"])
    subscribe(spine, PLATFORM)
    yield spine
    spine.engine.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


class Steady:
    """Seconds that a test counts."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def delivery_of(spine: Spine, steady: Callable[[], float] | None = None, **more: object) -> Delivery:
    engine = spine.engine

    def write(rows: Sequence[Job]) -> None:
        for promise in engine.writer.put(rows):
            promise.result(10)

    signers = ReceiptSigners(engine.state, OwnSigners.of(spine.config).receipt)
    fields = {"outbound": Outbound(deadline_s=0.5), **({"steady": steady} if steady else {}), **more}
    return Delivery(engine.notices, write, signers.active, spine.clock, **fields)  # type: ignore[arg-type]


def hook_to(spine: Spine, receiver: Receiver, steady: Callable[[], float], name: str = "") -> Hook:
    return Hook(name or PLATFORM.uri, receiver.url, delivery_of(spine, steady), serves=False)


@contextmanager
def delivering(spine: Spine, urls: dict[str, str]) -> Iterator[None]:
    hooks = Webhooks(urls, delivery_of(spine, first_pause_s=SOON_S))
    hooks.start()
    try:
        yield
    finally:
        hooks.close()


def state_a_ban(spine: Spine, statement_id: str = "") -> int:
    event = ban("财政", new_firm(), PRO, "2026-03-01", "2028-03-01")
    return placed(spine.say("财政", statement_id, event=event))


def receipt_key(spine: Spine) -> Ed25519PublicKey:
    (entry,) = spine.engine.state.registry_keys.active(REGISTRY_KEY_PURPOSE_RECEIPT)
    key = load_der_public_key(entry.public_key)
    assert isinstance(key, Ed25519PublicKey)
    return key


def signature_of(header: str) -> bytes:
    parts = dict(part.strip().split("=", 1) for part in header.split(";"))
    assert parts["suite"] == "ED25519"
    return b64decode(parts["sig"], validate=True)


def test_notice_is_pushed_with_a_signature_over_its_canonical_body_and_2xx_acknowledges_it(
    spine: Spine, receiver: Receiver
) -> None:
    position = state_a_ban(spine)
    assert hook_to(spine, receiver, Steady()).deliver() == 1
    ((path, headers, body),) = receiver.came
    content = json.loads(body)
    assert body == json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert (path, headers["Content-Type"]) == ("/notices", "application/json")
    assert (content["position"], content["kind"]) == (str(position), "NOTICE_KIND_RESTRICTED")
    assert content["addressee"] == PLATFORM.uri
    signature = signature_of(headers[SIGNATURE_HEADER])
    receipt_key(spine).verify(signature, body)
    with pytest.raises(InvalidSignature):
        receipt_key(spine).verify(signature, body + b" ")
    assert waiting(spine, PLATFORM) == []
    (row,) = spine.engine.store.all_notices()
    assert row.acknowledged_ms == spine.clock()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_checks_the_signature_as_the_operations_manual_says(
    spine: Spine, receiver: Receiver, tmp_path: Path
) -> None:
    state_a_ban(spine)
    hook_to(spine, receiver, Steady()).deliver()
    _, headers, body = receiver.came[0]
    key = str(spine.directory / "keys" / "receipt.key")
    export = ["openssl", "pkey", "-in", key, "-pubout", "-out", "receipt.pem"]
    subprocess.run(export, cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "body.json").write_bytes(body)
    (tmp_path / "body.sig").write_bytes(signature_of(headers[SIGNATURE_HEADER]))
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "receipt.pem", "-rawin",
               "-in", "body.json", "-sigfile", "body.sig"]  # fmt: skip
    manual = Path("docs/operations.md").read_text("utf-8")
    assert " ".join(command) in manual
    assert " ".join(export).replace(key, "keys/receipt.key") in manual
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "body.json").write_bytes(body.replace(b"RESTRICTED", b"ENDED"))
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode


def test_person_is_masked_in_what_is_pushed(spine: Spine, receiver: Receiver) -> None:
    person = new_person()
    placed(spine.say("财政", event=ban("财政", person, "M-PRO-03", "2026-03-01")))
    hook_to(spine, receiver, Steady()).deliver()
    ((_, _, body),) = receiver.came
    assert person.identifier.value.encode() not in body
    assert json.loads(body)["subject"]["value"].count("*") == len(person.identifier.value) - 8


def test_address_that_fails_is_left_alone_for_longer_and_longer_and_loses_nothing(
    spine: Spine, receiver: Receiver
) -> None:
    state_a_ban(spine)
    steady, pauses = Steady(), list[float]()
    hook = Hook(PLATFORM.uri, "http://127.0.0.1:9/none", delivery_of(spine, steady), serves=False)
    for _ in range(12):
        assert hook.deliver() == 0
        began = steady.now_s
        while steady.now_s < hook.away_until_s:
            assert hook.deliver() == 0
            steady.now_s += (hook.away_until_s - began) / 2
        pauses.append(hook.away_until_s - began)
    assert pauses[:5] == [1, 2, 4, 8, 16]
    assert pauses[-1] == LONGEST_PAUSE_S
    assert len(waiting(spine, PLATFORM)) == 1
    assert hook_to(spine, receiver, steady).deliver() == 1


def test_notice_that_is_refused_keeps_none_that_come_after_it(spine: Spine, receiver: Receiver) -> None:
    first, second = state_a_ban(spine), state_a_ban(spine)
    receiver.refuses = lambda notice: notice["position"] == str(first)
    steady = Steady()
    hook = hook_to(spine, receiver, steady)
    assert hook.deliver() == 1
    assert hook.deliver() == 0
    assert [body["position"] for body in receiver.bodies()] == [str(first), str(second)]
    receiver.refuses = lambda _notice: False
    steady.now_s = 1.0
    assert hook.deliver() == 1
    assert waiting(spine, PLATFORM) == []


def test_notice_at_which_the_receiver_breaks_off_keeps_none_that_come_after_it(
    spine: Spine, receiver: Receiver
) -> None:
    steady, broken = Steady(), state_a_ban(spine)
    later = [state_a_ban(spine) for _ in range(3)]

    def breaks_off(notice: dict[str, Any]) -> bool:
        if int(notice["position"]) == broken:
            raise ConnectionResetError
        return False

    receiver.refuses = breaks_off
    hook = hook_to(spine, receiver, steady)
    for _ in range(BREAKS + 4):
        hook.deliver()
        steady.now_s = max(steady.now_s + 1, hook.away_until_s)
    assert [row.position for row in waiting(spine, PLATFORM)] == [broken]
    positions = [int(body["position"]) for body in receiver.bodies()]
    assert [each for each in positions if each != broken] == later
    receiver.refuses = lambda _notice: False
    steady.now_s += LONGEST_PAUSE_S
    assert hook.deliver() == 1


def test_several_at_which_the_receiver_breaks_off_keep_none_that_come_after_them(
    spine: Spine, receiver: Receiver
) -> None:
    """Whatever is tried in the place of the first may be another of the kind."""
    steady, broken = Steady(), {state_a_ban(spine) for _ in range(3)}
    later = [state_a_ban(spine) for _ in range(2)]
    broken.add(state_a_ban(spine))
    later.append(state_a_ban(spine))

    def breaks_off(notice: dict[str, Any]) -> bool:
        if int(notice["position"]) in broken:
            raise ConnectionResetError
        return False

    receiver.refuses = breaks_off
    hook = hook_to(spine, receiver, steady)
    for _ in range(4 * BREAKS):
        hook.deliver()
        steady.now_s = max(steady.now_s + 1, hook.away_until_s)
    assert {row.position for row in waiting(spine, PLATFORM)} == broken
    assert [at for body in receiver.bodies() if (at := int(body["position"])) not in broken] == later
    attempts = len(receiver.bodies())
    hook.deliver()
    assert len(receiver.bodies()) - attempts <= len(broken)
    receiver.refuses = lambda _notice: False
    steady.now_s = max(steady.now_s, hook.away_until_s) + LONGEST_PAUSE_S
    assert hook.deliver() == len(broken)


def test_notice_that_was_refused_and_is_acknowledged_in_another_way_is_not_kept(
    spine: Spine, receiver: Receiver
) -> None:
    state_a_ban(spine), state_a_ban(spine)
    receiver.refuses = lambda _notice: True
    steady = Steady()
    hook = hook_to(spine, receiver, steady)
    assert hook.deliver() == 0
    first, second = (notice.notice_id for notice in waiting(spine, PLATFORM))
    assert spine.engine.notices.acknowledge(PLATFORM, [first]) == []
    hook.deliver()
    assert set(vars(hook)["_failures"]) == {second}
    assert len(receiver.came) == 2, "the other one's time has not come: its pause is remembered"


@pytest.mark.parametrize("status", [301, 404, 500, 503])
def test_whatever_is_not_2xx_acknowledges_nothing(spine: Spine, receiver: Receiver, status: int) -> None:
    state_a_ban(spine)
    receiver.status = status
    assert hook_to(spine, receiver, Steady()).deliver() == 0
    assert len(waiting(spine, PLATFORM)) == 1


def test_restart_between_commit_and_delivery_loses_nothing_and_revocation_reaches_who_was_told(
    spine: Spine, receiver: Receiver
) -> None:
    state_a_ban(spine, "restart-1")
    spine.reopen()
    subscribe(spine, PLATFORM, subscribed=False)
    hook_to(spine, receiver, Steady()).deliver()
    placed(spine.say("财政", withdrawal=withdrawal("财政", "restart-1")))
    spine.reopen()
    hook_to(spine, receiver, Steady()).deliver()
    kinds = [body["kind"] for body in receiver.bodies()]
    assert kinds == ["NOTICE_KIND_RESTRICTED", "NOTICE_KIND_REVOKED"]
    assert {body["target"]["statement_id"] for body in receiver.bodies()[1:]} == {"restart-1"}


def test_notice_that_was_delivered_and_not_noted_comes_again_under_the_same_id(
    spine: Spine, receiver: Receiver
) -> None:
    state_a_ban(spine)
    delivery = delivery_of(spine, Steady())

    def cut_off(_rows: Sequence[Job]) -> None:
        raise OSError("the process ends here")

    lost = Delivery(delivery.notices, cut_off, delivery.signers, delivery.clock, outbound=delivery.outbound)
    with pytest.raises(OSError, match="ends here"):
        Hook(PLATFORM.uri, receiver.url, lost, serves=False).deliver()
    assert hook_to(spine, receiver, Steady()).deliver() == 1
    assert len(receiver.ids()) == 2
    assert len(set(receiver.ids())) == 1


def test_notices_for_subjects_go_to_their_own_address_or_to_the_department(spine: Spine) -> None:
    finance = department_of(spine, "财政").name
    with receiving() as portal, receiving() as office:
        for number, urls in enumerate(({SUBJECT: portal.url, finance: office.url}, {finance: office.url})):
            state_a_ban(spine, f"subject-{number}")
            placed(spine.say("财政", withdrawal=withdrawal("财政", f"subject-{number}")))
            with delivering(spine, urls):
                wait_for(lambda n=number: len(portal.came) + len(office.came) > n)  # type: ignore[misc]
        kinds = [[body["addressee_kind"] for body in each.bodies()] for each in (portal, office)]
    assert kinds == [["ADDRESSEE_KIND_SUBJECT"], ["ADDRESSEE_KIND_SUBJECT"]]


def test_slow_address_keeps_no_other_and_no_statement(spine: Spine) -> None:
    other = type(PLATFORM)(PLATFORM.role, "other", PLATFORM.origin)
    subscribe(spine, other)
    with receiving() as slow, receiving() as quick:
        slow.slow_s = 0.4
        with delivering(spine, {PLATFORM.uri: slow.url, other.uri: quick.url}):
            for _ in range(5):
                state_a_ban(spine)
            wait_for(lambda: len(quick.came) == 5)
            assert len(slow.came) < 5
            wait_for(lambda: waiting(spine, PLATFORM) == [])


def test_address_that_comes_back_has_everything_in_order(spine: Spine, receiver: Receiver) -> None:
    receiver.status = 503
    with delivering(spine, {PLATFORM.uri: receiver.url}):
        positions = [state_a_ban(spine) for _ in range(4)]
        wait_for(lambda: len(receiver.came) > 2)
        receiver.status = 200
        wait_for(lambda: waiting(spine, PLATFORM) == [])
    assert {body["position"] for body in receiver.bodies()} == {str(each) for each in positions}


# --- the configuration ----------------------------------------------------------------------------


def configured(spine: Spine, *lines: str) -> Path:
    path = spine.directory / CONFIG_NAME
    path.write_text(path.read_text("utf-8") + "\n[notices]\n" + "\n".join(lines) + "\n", "utf-8")
    return spine.directory


def test_addresses_of_the_configuration_are_served_with_the_registry(
    spine: Spine, receiver: Receiver
) -> None:
    lines = (f'"{PLATFORM.uri}" = "{receiver.url}"', 'subject = "https://portal.example/hooks"')
    spine.config = load_config(configured(spine, *lines))
    assert spine.config.webhooks[1] == ("subject", "https://portal.example/hooks")
    spine.config = load_config(spine.directory)
    spine.reopen()
    state_a_ban(spine)
    spine.engine.upkeep.start()
    wait_for(lambda: waiting(spine, PLATFORM) == [])
    assert len(receiver.came) == 1


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('subject = "http://portal.example/hooks"', "subject 应为 https://"),
        ('subject = "ftp://127.0.0.1/"', "subject 应为 https://"),
        ("subject = 7", "subject 应为 https://"),
        ('nobody = "https://portal.example/"', "nobody"),
        ('"registry://other.example/x/system/procurement/p" = "https://p.example/"', "other.example"),
    ],
)
def test_address_that_is_none_or_of_nobody_is_named(spine: Spine, line: str, words: str) -> None:
    with pytest.raises(ConfigError, match="\\[notices\\]") as raised:
        load_config(configured(spine, line))
    assert words in str(raised.value)


def test_pushing_needs_a_key_to_sign_with(spine: Spine) -> None:
    directory = configured(spine, 'subject = "https://portal.example/"')
    path = directory / CONFIG_NAME
    path.write_text(path.read_text("utf-8").replace('receipt = ["keys/receipt.key"]', ""), "utf-8")
    with pytest.raises(ConfigError, match="receipt"):
        load_config(directory)
