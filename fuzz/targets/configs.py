"""Files that those who run it write: settings in TOML, editions of the catalogue in YAML."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from fuzz.mutators import lines, plain
from fuzz.places import ROOT, scratch
from fuzz.target import Prepared, holds
from fuzz.targets.keys import note_key
from registry.config import CONFIG_NAME, ConfigError, load_config
from registry.config_options import SECTIONS, toml
from registry.sanctions.catalogue import parser
from registry.sanctions.catalogue.calendar_rows import read_calendar
from registry.sanctions.catalogue.faults import CatalogueError, FaultLog
from registry.sanctions.catalogue.located_yaml import Row, read_mapping
from registry.sanctions.catalogue.parser import parse_edition
from registry.sanctions.catalogue.procedures_parser import read_procedures
from registry.sanctions.catalogue.rulebook_parser import read_rulebook
from registry.setup_answers import AnswerError, plan_of, read_answers
from registry.witness.config import WITNESS_CONFIG_NAME, load_witness
from registry_web.config import WebConfigError, load_web_config

_EDITION = ROOT / "registry" / "sanctions" / "editions" / "2026.1"
_REGISTRY = "".join(
    f"[{section.name}]\n" + "".join(f"{each.name} = {toml(each.example)}\n" for each in section.options)
    for section in SECTIONS
    if section.name not in ("notices", "signing")
)
_WEB = """\
[registry]
target = "127.0.0.1:8443"
[tls]
certificate = "a"
key = "b"
[portal]
address = "127.0.0.1:8491"
url = "https://credit.example"
credentials = "c"
policy = "p"
[console]
address = "127.0.0.1:8492"
url = "https://console.example"
credentials = "c"
token_key = "t"
database = "d"
signer = "s"
policy = "p"
[console.oidc]
issuer = "https://id.example"
client_id = "console"
client_secret = "secret"
name = "n"
"""
_ANSWERS = """\
operator_code = "11130900DEM9000020"
operator_name = "沧州市(示例)"
region = "130900"
origin = "credit.example/cangzhou"
address = "127.0.0.1:8443"
hosts = ["a.example"]
store = "registry.db"
suite = "ed25519"
"""


def settings() -> Prepared:
    """``registry.toml``, ``web.toml``, ``witness.toml`` and the answers of ``registry init``."""
    home = scratch()
    files = [home / name for name in (CONFIG_NAME, "web.toml", WITNESS_CONFIG_NAME, "answers.toml")]

    def run(data: bytes) -> bool:
        for path in files:
            path.write_bytes(data)
        readers: tuple[Callable[[], object], ...] = (
            lambda: load_config(home),
            lambda: load_web_config(files[1]),
            lambda: load_witness(home),
            lambda: plan_of(read_answers(files[3])),
        )
        taken = False
        for read in readers:
            try:
                read()
                taken = True
            except (ConfigError, WebConfigError, AnswerError):
                pass
        return taken

    witness = (
        '[witness]\nname = "w"\naddress = "127.0.0.1:1"\nkey = "k"\nrecord = "r"\n'
        f'[[log]]\norigin = "credit.example/fuzz"\nvkeys = ["{note_key("log").vkey}"]\n'
    )
    small = "[registry]\n" + "".join(
        f"{line}\n" for line in _REGISTRY.splitlines() if line.startswith(("origin", "address"))
    )
    seeds = [each.encode() for each in (_REGISTRY, _WEB, _ANSWERS, witness, small)]
    return Prepared(run, seeds, (lines.changed, lines.changed, _deep))


def _deep(data: bytes, random: Random) -> bytes:
    return data + b"x = " + random.choice((b"[", b"{a=", b'"', b"1" * 50, b"''")) * random.choice((3, 2000))


def edition() -> Prepared:
    """One file of an edition, beside rules that are as they should be."""
    rules = {
        name: (_EDITION / name).read_text("utf-8") for name in ("edition.yaml", "rules.yaml", "severity.yaml")
    }

    label, rulebook = rules["edition.yaml"], read_rulebook(*_rule_rows(rules))

    def run(data: bytes) -> bool:
        text = data.decode("utf-8", "replace")
        try:
            if text.startswith("# whole"):  # Rarely, for it reads the rules again.
                parse_edition({"edition.yaml": label, **rules, "rows.yaml": text})
                return True
            log = FaultLog()
            top = read_mapping("rows.yaml", text, log)
            if top is not None:
                rows = parser._read_rows([top], rulebook)
                read_calendar(parser._rows_of([top], "calendar", "year"))
                read_procedures([top], parser._known(rows))
                top.close()
            log.raise_if_any()
        except CatalogueError:
            return False
        return True

    names = sorted(path.name for path in _EDITION.glob("*.yaml") if path.name not in rules)
    seeds = ["\n".join((_EDITION / name).read_text("utf-8").splitlines()[:30]).encode() for name in names]
    seeds.append(b"# whole\n" + seeds[0])
    return Prepared(run, seeds, (lines.changed, lines.changed, _yaml))


def _rule_rows(rules: dict[str, str]) -> tuple[Row, list[Row]]:
    log = FaultLog()
    row, severity = (read_mapping(name, rules[name], log) for name in ("rules.yaml", "severity.yaml"))
    holds(row is not None and severity is not None, "the rules of an edition cannot be read")
    assert row is not None
    assert severity is not None
    return row, severity.rows("severity_rules", "severity")


def edition_rules() -> Prepared:
    """The rules of an edition alone."""
    label = (_EDITION / "edition.yaml").read_text("utf-8")

    def run(data: bytes) -> bool:
        try:
            parse_edition({"edition.yaml": label, "rules.yaml": data.decode("utf-8", "replace")})
        except CatalogueError:
            return False
        return True

    whole = (_EDITION / "rules.yaml").read_text("utf-8")
    seeds = [whole.encode(), "\n".join(whole.splitlines()[:40]).encode(), b"a: {b: [c, 'd']}\n"]
    return Prepared(run, seeds, (lines.changed, _yaml))


_ODD = (
    b"&a [*a, *a]", b"&a {<<: *a}", b"*a", b"!!python/object/apply:os.system ['x']", b"!!binary ''",
    b"!!set {a}",
    b"? [a]\n: b", b"{" * 300, b"[" * 300, b"2026-02-30", b"1e999999999", b"0x10", b"1_000", b"0o17", b".inf",
    b".nan",
    b"yes", b"~", b"'", b"|", b">\n x", b"9" * 5000, b"\xef\xbb\xbf", b"---", b"...", b"%YAML 1.1", b"1:30",
    b"\t",
)  # fmt: skip


def _yaml(data: bytes, random: Random) -> bytes:
    """One value another, such as YAML knows and nobody expects."""
    rows = data.split(b"\n")
    at = random.randrange(len(rows))
    name, colon, _ = rows[at].partition(b": ")
    rows[at] = (
        name + colon + random.choice(_ODD) if random.random() < 0.7 else plain.changed(rows[at], random)
    )
    return b"\n".join(rows)
