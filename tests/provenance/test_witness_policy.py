"""The verifier's policy: read strictly, faults told with their lines, and nothing it asks for left out."""

from __future__ import annotations

import base64
import itertools
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from registry.provenance.checkpoint import Checkpoint, sign_checkpoint
from registry.provenance.cosignature import cosigner_of, sign_cosignature
from registry.provenance.keys import FileSigner
from registry.provenance.note import add_line, join_note, sign_note, split_note
from registry.provenance.vkey import vkey
from registry.provenance.witness_policy import CheckedCheckpoint, Policy, PolicyError
from registry.v1.envelope_pb2 import SUITE_ECDSA_P256_SHA256, SUITE_ED25519, SUITE_SM2_SM3

ORIGIN = "credit.example/test"
ROOT = bytes(range(32))
LOG = FileSigner.generate(SUITE_ED25519)
SECOND = FileSigner.generate(SUITE_ECDSA_P256_SHA256)
OTHER = FileSigner.generate(SUITE_ED25519)
WITNESSES = {name: FileSigner.generate(SUITE_ED25519) for name in ("X1", "X2", "X3", "Y1", "Y2", "Y3")}
NAMES = tuple(WITNESSES)


def log_key(signer: FileSigner, name: str = ORIGIN) -> str:
    return vkey(name, signer.suite, signer.public_key)


def witness_key(name: str) -> str:
    return cosigner_of(f"{name}.example", WITNESSES[name].public_key).vkey


FREE = cosigner_of("w", OTHER.public_key).vkey
WITNESS_LINES = "".join(f"witness {name} {witness_key(name)}\n" for name in NAMES)
# C2SP tlog-policy, the example policy.
EXAMPLE = f"""\
log {log_key(LOG)}

{WITNESS_LINES}
group X-witnesses 2 X1 X2 X3
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""
ONLY_LOG = f"log {log_key(LOG)}\nquorum none\n"


def note(*signers: FileSigner, size: int = 7, origin: str = ORIGIN, by: tuple[str, ...] = ()) -> str:
    signed = sign_checkpoint(Checkpoint(origin, size, ROOT), *signers)
    text = split_note(signed)[0]
    for name in by:
        line = sign_cosignature(text, 1_700_000_000, name=f"{name}.example", signer=WITNESSES[name])
        signed = add_line(signed, line)
    return signed


def accepted(checked: CheckedCheckpoint) -> bool:
    return bool(checked.log_keys) and not checked.faults


def faults(text: str | bytes) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as caught:
        Policy.parse(text)
    return caught.value.reasons


def refused(policy: str, signed: str) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as caught:
        Policy.parse(policy).check_checkpoint(signed)
    return caught.value.reasons


# --- quorum


def test_quorum_of_the_specifications_example_needs_two_of_one_group_and_one_of_the_other() -> None:
    policy = Policy.parse(EXAMPLE)
    for count in range(len(NAMES) + 1):
        for by in combinations(NAMES, count):
            enough = sum(name[0] == "X" for name in by) >= 2 and any(name[0] == "Y" for name in by)
            checked = policy.examine(note(LOG, by=by))
            assert checked.quorum_met == enough
            assert bool(checked.faults) != enough
            assert [each.witness for each in checked.witnesses] == list(by)


def test_accepted_checkpoint_says_who_signed_it_and_when() -> None:
    checked = Policy.parse(EXAMPLE).check_checkpoint(note(LOG, by=("X1", "X3", "Y2")))
    assert (checked.checkpoint.origin, checked.checkpoint.size, checked.checkpoint.root) == (ORIGIN, 7, ROOT)
    assert [key.vkey for key in checked.log_keys] == [log_key(LOG)]
    assert {each.time_s for each in checked.witnesses} == {1_700_000_000}
    assert checked.quorum_met


def test_names_of_groups_given_as_witnesses_do_not_make_a_quorum() -> None:
    assert not Policy.parse(EXAMPLE).meets_quorum(["X-and-Y", "X-witnesses", "Y-witnesses"])


def test_a_single_witness_can_be_the_quorum_and_none_asks_for_nobody() -> None:
    alone = f"log {log_key(LOG)}\n{WITNESS_LINES}quorum X2\n"
    assert Policy.parse(alone).check_checkpoint(note(LOG, by=("X2",))).quorum_met
    assert "quorum X2" in refused(alone, note(LOG, by=("X1",)))[0]
    assert Policy.parse(ONLY_LOG).check_checkpoint(note(LOG)).quorum_met


# --- signatures of the log


def test_any_of_the_logs_listed_is_accepted_and_no_other() -> None:
    policy = f"log {log_key(LOG)}\nlog {log_key(OTHER, 'other.example')}\nquorum none\n"
    for signed in (note(LOG), note(OTHER, origin="other.example")):
        assert accepted(Policy.parse(policy).check_checkpoint(signed))
    for signed in (note(OTHER), note(LOG, origin="other.example"), note(LOG, origin="third.example")):
        assert refused(policy, signed)


def test_key_of_one_log_does_not_vouch_for_another() -> None:
    policy = f"log {log_key(LOG)}\nlog {log_key(OTHER, 'other.example')}\nquorum none\n"
    smuggled = sign_note(Checkpoint("other.example", 7, ROOT).text(), ORIGIN, LOG)
    assert refused(policy, smuggled)


def test_required_signature_cannot_be_stripped() -> None:
    policy = f"log {log_key(LOG)}\nrequire {log_key(SECOND)}\nquorum none\n"
    both = note(LOG, SECOND)
    assert len(Policy.parse(policy).check_checkpoint(both).log_keys) == 2
    text, lines = split_note(both)
    assert "必需" in refused(policy, join_note(text, lines[:1]))[0]
    assert "日志签名" in refused(policy, join_note(text, lines[1:]))[0]
    assert accepted(Policy.parse(ONLY_LOG).check_checkpoint(join_note(text, lines[:1])))


def test_sm2_line_that_is_required_is_checked() -> None:
    sm2 = FileSigner.generate(SUITE_SM2_SM3)
    policy = f"log {log_key(LOG)}\nrequire {log_key(sm2)}\nquorum none\n"
    assert accepted(Policy.parse(policy).check_checkpoint(note(LOG, sm2)))
    assert refused(policy, note(LOG))


@pytest.mark.parametrize(
    ("limits", "sizes"),
    [("", range(12)), ("3 6", range(3, 7)), ("4 -", range(4, 12)), ("0 0", range(1)), ("0 -", range(12))],
)
def test_a_key_is_required_for_the_sizes_of_its_range_and_no_others(limits: str, sizes: range) -> None:
    policy = Policy.parse(f"log {log_key(LOG)}\nrequire {log_key(SECOND)} {limits}\nquorum none\n")
    for size in range(12):
        assert bool(policy.examine(note(LOG, size=size)).faults) == (size in sizes)
        assert not policy.examine(note(LOG, SECOND, size=size)).faults


def test_without_log_lines_a_required_key_that_counts_is_the_log() -> None:
    policy = f"require {log_key(SECOND)} 5 9\nquorum none\n"
    assert accepted(Policy.parse(policy).check_checkpoint(note(SECOND)))
    assert refused(policy, note(SECOND, size=10))
    assert refused(policy, note(LOG))
    assert refused("quorum none\n", note(LOG))


def test_every_reason_is_told_at_once() -> None:
    policy = f"log {log_key(LOG)}\nrequire {log_key(SECOND)}\n{WITNESS_LINES}quorum Y3\n"
    assert len(refused(policy, note(OTHER))) == 3


def test_one_wrong_line_of_a_known_key_spoils_the_note_whatever_else_stands_there() -> None:
    good = note(LOG, SECOND, by=NAMES)
    text, lines = split_note(good)
    policy = EXAMPLE + f"require {log_key(SECOND)}\n"
    assert accepted(Policy.parse(policy).check_checkpoint(good))
    for wrong in lines:
        broken = wrong.of(wrong.name, wrong.key_id, wrong.signature[:-1] + bytes([wrong.signature[-1] ^ 1]))
        assert refused(policy, join_note(text, (*lines, broken)))


def test_lines_of_strangers_are_passed_over() -> None:
    stranger = base64.b64encode(bytes(72)).decode()
    assert accepted(
        Policy.parse(ONLY_LOG).check_checkpoint(add_line(note(LOG), f"— stranger.example {stranger}"))
    )


@pytest.mark.parametrize("text", ["", "hello", "a\n\n— b c\n"])
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    assert "不是签名的检查点" in refused(ONLY_LOG, text)[0]


# --- the file


def test_blanks_tabs_comments_and_empty_lines_mean_nothing() -> None:
    spaced = EXAMPLE.replace(" ", " \t ").replace("\n", "\t\n  # 注 \n \n")
    assert Policy.parse(spaced) == Policy.parse(EXAMPLE)


def test_a_policy_that_is_written_is_read_back() -> None:
    text = (
        EXAMPLE
        + f"log {log_key(OTHER)} https://log.example/\nrequire {log_key(SECOND)} 3 -\n"
        + f"receipt {log_key(SECOND)} 1 9\nreceipt {log_key(OTHER)}\nsuite sm2-sm3 7\nsuite ed25519\n"
        + f"tsa {certificate('TSA')}\n"
    )
    policy = Policy.parse(text)
    assert Policy.parse(policy.text()) == policy
    assert "group X-and-Y 2 X-witnesses Y-witnesses\n" in policy.text()


def test_names_are_octets_and_not_characters() -> None:
    kelvin = "witness \u212a {}\ngroup K any \u212a\nquorum K\n".format(witness_key("X1"))
    assert Policy.parse(kelvin).meets_quorum(["\u212a"])
    assert not Policy.parse(kelvin).meets_quorum(["K"])
    octets = b"# \xff\xfe\nwitness \xff " + witness_key("X1").encode() + b" http://\xfe/\nquorum \xff\n"
    assert Policy.parse(octets).meets_quorum(["\udcff"])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("peer x", "不认识 'peer'"),
        ("log", "项数"),
        (f"log {log_key(LOG)} https://a b", "项数"),
        (f"log {log_key(LOG, 'renamed.example')}", "已有这把公钥"),
        ("log x+00000000+AAAA", "key"),
        (f"log {witness_key('X1')}", "signature type"),
        ("log \udcff+00000000+AAAA", "a vkey is"),
        (f"witness X9 {log_key(OTHER)}", "04 or 06"),
        (f"witness X1 {FREE}", "已有定义"),
        (f"witness none {FREE}", "已有定义"),
        (f"witness X9 {witness_key('X1')}", "已有这把公钥"),
        ("group g 2", "项数"),
        ("group g 0 Y2", "1 至 1"),
        ("group g 2 Y2", "1 至 1"),
        ("group g 01 Y2", "十进制"),
        ("group g +1 Y2", "十进制"),
        ("group g １ Y2", "十进制"),
        ("group g some Y2", "十进制"),
        ("group g any nobody", "没有在前面"),
        ("group g any g", "没有在前面"),
        ("group g any none", "没有在前面"),
        ("group g any X1", "已是一个组的成员"),
        ("group g any Y2 Y2", "已是一个组的成员"),
        ("group early any Y2", "已有定义"),
        ("quorum early", "只能有一行"),
        ("quorum", "项数"),
        (f"require {log_key(LOG)} 1", "项数"),
        (f"require {log_key(LOG)} 1 2 3", "项数"),
        (f"require {log_key(LOG)} 5 4", "小于首"),
        (f"require {log_key(LOG)} -1 4", "十进制"),
        (f"require {log_key(LOG)} - 4", "十进制"),
        (f"require {log_key(LOG)} 1 04", "十进制"),
        (f"receipt {witness_key('X1')}", "signature type"),
        ("tsa AAAA", "DER"),
        ("tsa x", "DER"),
        ("suite rsa", "不认识签名套件"),
        ("suite sm2-sm3 05", "十进制"),
        ("suite ed25519 1 2", "项数"),
        ("suite ed25519 sm2-sm3", "十进制"),
        ("# \x07", "控制字符"),
        ("# \x7f", "控制字符"),
        ("# \r", "控制字符"),
    ],
    ids=itertools.count(),  # The keys are new each time; processes that share the tests go by the names.
)
def test_a_faulty_line_is_told_with_its_number(line: str, words: str) -> None:
    start = f"log {log_key(LOG)}\n{WITNESS_LINES}group early any X1 Y1\nquorum early\n"
    (fault,) = faults(f"{start}{line}\n")
    assert fault.startswith("第10行: ")
    assert words in fault
    assert Policy.parse(start).quorum == "early"


def test_every_faulty_line_is_told() -> None:
    reasons = faults(f"x\nlog {log_key(LOG)}\ngroup g any h\nquorum q\n")
    assert [reason[:4] for reason in reasons] == ["第1行:", "第3行:", "第4行:", "缺少 q"]


def test_a_file_that_was_cut_off_is_refused() -> None:
    policy = EXAMPLE
    for end in range(len(policy)):
        assert faults(policy[:end])


def test_lines_for_a_log_that_the_policy_does_not_name_are_refused() -> None:
    for keyword in ("require", "receipt"):
        (fault,) = faults(f"log {log_key(LOG)}\n{keyword} {log_key(SECOND, 'typo.example')}\nquorum none\n")
        assert "typo.example" in fault


def test_as_many_lines_as_the_specification_recommends_are_read() -> None:
    signers = [FileSigner.generate(SUITE_ED25519) for _ in range(64)]
    lines = [f"log {log_key(signer, f'log{at}')}" for at, signer in enumerate(signers[:32])]
    lines += [
        f"witness w{at} {cosigner_of(f'w{at}', signer.public_key).vkey}\ngroup g{at} any w{at}"
        for at, signer in enumerate(signers[32:])
    ]
    policy = Policy.parse("\n".join([*lines, "quorum g31\n"]))
    assert (len(policy.logs), len(policy.witnesses), len(policy.groups)) == (32, 32, 32)


@given(st.text() | st.binary())
def test_no_text_makes_the_reader_fail_otherwise_than_by_faults(text: str | bytes) -> None:
    with pytest.raises(PolicyError):
        Policy.parse(text)


# --- receipts, suites, time


def test_receipt_keys_are_those_of_the_log_and_size() -> None:
    policy = Policy.parse(ONLY_LOG + f"receipt {log_key(SECOND)} 5 8\nreceipt {log_key(OTHER)}\n")
    assert [len(policy.receipt_keys(ORIGIN, size)) for size in (4, 5, 8, 9)] == [1, 2, 2, 1]
    assert policy.receipt_keys("other.example", 6) == ()


def test_suites_are_any_unless_named() -> None:
    assert Policy.parse(ONLY_LOG).accepts_suite(SUITE_ED25519, 1)
    only = Policy.parse(ONLY_LOG + "suite sm2-sm3\n")
    assert only.accepts_suite(SUITE_SM2_SM3, 1)
    assert not only.accepts_suite(SUITE_ED25519, 1)


def test_a_suite_is_required_from_its_first_size_on() -> None:
    later = Policy.parse(ONLY_LOG + "suite sm2-sm3 5001\n")
    assert [later.accepts_suite(SUITE_ED25519, size) for size in (1, 5000, 5001, 9000)] == [
        True, True, False, False,
    ]  # fmt: skip
    assert later.accepts_suite(SUITE_SM2_SM3, 1)
    assert later.accepts_suite(SUITE_SM2_SM3, 5001)
    either = Policy.parse(ONLY_LOG + "suite ed25519\nsuite sm2-sm3 5001\n")
    assert [either.accepts_suite(SUITE_SM2_SM3, size) for size in (5000, 5001)] == [False, True]
    assert either.accepts_suite(SUITE_ED25519, 5001)


def test_time_stamping_certificates_need_a_root_among_them() -> None:
    assert "root" in faults(ONLY_LOG + f"tsa {certificate('TSA', ca=False)}\n")[0]
    policy = ONLY_LOG + f"tsa {certificate('TSA', ca=False)}\ntsa {certificate('Root')}\n"
    assert len(Policy.parse(policy).certificates) == 2


def certificate(name: str, *, ca: bool = True) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return base64.b64encode(built.public_bytes(Encoding.DER)).decode()
