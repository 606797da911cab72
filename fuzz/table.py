"""All targets: which module makes each, what it watches, and its share of a whole run.

Cheap ones get millions, those that read whole files or check signatures at least fifty thousand.
"""

from __future__ import annotations

from fuzz.target import Target

_PROVENANCE = ("registry.provenance",)
_DOMAIN = ("registry.domain", "registry_client.dates", "registry_client.instants", "registry_client.articles")
_LAW = (
    "registry.sanctions.admission",
    "registry.sanctions.effects",
    "registry.supervision",
    "registry.domain",
)
_IMPORT = ("registry_client", "registry.domain")
_INTAKE = ("registry.commands.submission", "registry.commands.batches", "registry.provenance")

TARGETS: dict[str, Target] = {
    each.name: each
    for each in (
        Target("leaf", "log", _PROVENANCE, 1_000_000, longest=256),
        Target("tile", "log", _PROVENANCE, 500_000, longest=9000),
        Target("checkpoint", "log", _PROVENANCE, 200_000),
        Target("checkpoint-text", "log", _PROVENANCE, 500_000, longest=1024),
        Target("vkey", "log", _PROVENANCE, 300_000, longest=1024),
        Target("policy", "log", _PROVENANCE, 60_000),
        Target("submission", "log", ("registry.witness", "registry.provenance"), 500_000),
        Target("tlog-proof", "log", _PROVENANCE, 500_000),
        Target("inclusion", "log", _PROVENANCE, 800_000, longest=2048),
        Target("consistency", "log", _PROVENANCE, 800_000, longest=2048),
        Target("map-proof", "log", _PROVENANCE, 300_000),
        Target("identifier", "codes", _DOMAIN, 1_500_000, longest=256),
        Target("document-number", "codes", _DOMAIN, 600_000, longest=512),
        Target("day", "codes", _DOMAIN, 800_000, longest=128),
        Target("amount", "codes", (*_DOMAIN, "registry_client.bulk.amounts"), 600_000, longest=256),
        Target("statement", "statements", _LAW, 60_000, longest=20_000, memory_mib=4096),
        Target("envelope", "statements", _INTAKE, 100_000, longest=20_000, memory_mib=4096),
        Target("batch", "statements", _INTAKE, 100_000, longest=40_000, memory_mib=4096),
        Target("batch-membership", "statements", _PROVENANCE, 300_000),
        Target("answer-signature", "statements", _PROVENANCE, 100_000),
        Target(
            "receipt", "receipts", ("registry.verification", "registry.provenance"), 60_000, longest=40_000
        ),
        Target("answer", "receipts", ("registry_papers.answers.reading",), 60_000, longest=40_000),
        Target("saved-answer", "receipts", ("registry_client.cli.saved_answer",), 60_000, longest=20_000),
        Target("decision-table", "tables", _DOMAIN, 100_000, longest=20_000),
        Target("snapshot", "tables", _PROVENANCE, 200_000, longest=20_000),
        Target("snapshot-delta", "tables", _PROVENANCE, 200_000, longest=20_000),
        Target(
            "record-file",
            "tables",
            ("registry.indexing", "registry.store.rows"),
            100_000,
            longest=40_000,
            memory_mib=4096,
        ),
        Target(
            "sealed-form",
            "sealed",
            ("registry.provenance.sealed_form", "registry_client.supervision.sealing"),
            50_000,
            longest=12_000,
        ),
        Target("custodian-proof", "sealed", _PROVENANCE, 100_000, longest=256),
        Target("access-token", "sealed", ("registry.provenance.access_token", "registry.access"), 60_000),
        Target("trust-file", "sealed", ("registry.provenance.access_token", "registry.access"), 100_000),
        Target("identity", "sealed", ("registry.access",), 500_000, longest=512),
        Target("time-stamp", "stamps", _PROVENANCE, 60_000, longest=8000),
        Target("certificate", "stamps", _PROVENANCE, 100_000),
        Target("public-key", "stamps", _PROVENANCE, 100_000, longest=512),
        Target("csv-import", "imports", _IMPORT, 50_000, longest=8000),
        Target("xlsx-import", "imports", ("registry_client.bulk",), 50_000, longest=20_000, memory_mib=4096),
        Target("roster", "imports", ("registry_client", "registry.provenance.draw"), 50_000),
        Target(
            "edition-zip", "imports", ("registry_web.console.pages.edition_archive",), 100_000, longest=40_000
        ),
        Target("tender-file", "imports", ("registry_client",), 50_000, longest=8000),
        Target(
            "draw-package",
            "draws",
            ("registry_client.supervision", "registry.provenance"),
            50_000,
            longest=40_000,
        ),
        Target("roster-rows", "draws", ("registry.provenance.draw",), 200_000),
        Target(
            "settings",
            "configs",
            ("registry.config", "registry_web.config", "registry.witness", "registry.setup_answers"),
            50_000,
            longest=8000,
        ),
        Target("edition", "configs", ("registry.sanctions.catalogue",), 50_000, longest=8000),
        Target("edition-rules", "configs", ("registry.sanctions.catalogue",), 50_000, longest=20_000),
        Target("pdf", "papers", ("registry_papers.answers",), 50_000, longest=40_000),
        Target("printing", "papers", ("registry_papers.answers",), 300_000, longest=2000),
        Target("gateway-json", "web", ("registry_web.gateway",), 200_000, longest=8000),
        Target("request-head", "web", ("registry_web.gateway.asking",), 500_000, longest=2000),
        Target("form", "web", ("registry_web",), 100_000, longest=8000),
        Target("lodged", "web", ("registry_web.portal.complaints",), 200_000),
        Target("cookies", "web", ("registry_web.console",), 200_000),
        Target("authenticator", "web", ("registry_web.console.second_factor",), 100_000),
        Target("provider-claims", "web", ("registry_web.console.oidc",), 200_000),
        Target("page-tokens", "codes", ("registry.commands.paging",), 500_000, longest=256),
    )
}
