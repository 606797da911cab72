"""``[evidence]`` of a registry.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.config import CONFIG_NAME, ConfigError, config_text, load_config

STORAGE = """
[evidence_storage]
endpoint = "https://s3.example:9000"
bucket = "registry-evidence"
credentials = "keys/s3.toml"
"""


def without() -> str:
    """The text of a new installation's settings, but for what it says of evidence."""
    return config_text("credit.example/test", "127.0.0.1:0").partition("[evidence]")[0]


def load(directory: Path, section: str) -> object:
    text = without()
    (directory / CONFIG_NAME).write_text(f"{text}\n[evidence]\n{section}", "utf-8")
    return load_config(directory).evidence


def test_a_directory_is_all_it_takes(tmp_path: Path) -> None:
    found = load(tmp_path, 'directory = "evidence"')
    assert found is not None
    config = load_config(tmp_path).evidence
    assert config
    assert config.directory == tmp_path / "evidence"
    assert (config.max_mib, config.quota_mib, config.upload_days, config.storage) == (4096, 1 << 20, 7, None)


def test_an_object_storage_is_told_where_it_is_and_by_whose_credentials(tmp_path: Path) -> None:
    load(tmp_path, f'directory = "evidence"\nmax_mib = 10\n{STORAGE}authority = "tls/s3.pem"')
    config = load_config(tmp_path).evidence
    assert config
    assert config.max_mib == 10
    storage = config.storage
    assert storage
    assert (storage.endpoint, storage.bucket) == ("https://s3.example:9000", "registry-evidence")
    assert (storage.credentials, storage.region) == (tmp_path / "keys" / "s3.toml", "us-east-1")
    assert storage.authority == tmp_path / "tls" / "s3.pem"


ONLY_A_BUCKET = 'directory = "e"\n[evidence_storage]\nbucket = "b"\n'
WRONG = {
    "no directory": ("max_mib = 5", "缺少 directory"),
    "a size that is none": ('directory = "e"\nmax_mib = 0', "max_mib 的值不对"),
    "no address": (ONLY_A_BUCKET + 'credentials = "c"', "缺少 endpoint"),
    "no credentials": (ONLY_A_BUCKET + 'endpoint = "https://s3.example"', "缺少 credentials"),
    "a storage in clear": ('directory = "e"' + STORAGE.replace("https", "http"), "endpoint 应为 https"),
    "a storage of nothing": (STORAGE, "需要 .evidence."),
    "a key in the file": (ONLY_A_BUCKET + 'secret_key = "x"', "多余的 secret_key"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_told_with_its_key(tmp_path: Path, what: str) -> None:
    section, message = WRONG[what]
    with pytest.raises(ConfigError, match=message):
        load(tmp_path, section)


def test_without_the_section_there_is_no_evidence_store(tmp_path: Path) -> None:
    (tmp_path / CONFIG_NAME).write_text(without(), "utf-8")
    assert load_config(tmp_path).evidence is None
