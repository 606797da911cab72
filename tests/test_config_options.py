"""The reference of ``registry.toml`` is what the program reads: the same options, and the same defaults."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

import pytest

from registry import config_options
from registry.config import CONFIG_NAME, Config, ConfigError, load_config
from registry.config_options import SECTIONS, Option, Section, toml
from scripts.configuration_page import reference
from tests.support.command import ROOT

OPTIONS = [(section, option) for section in SECTIONS for option in section.options]


def written(directory: Path, content: dict[str, dict[str, object]]) -> Path:
    lines = []
    for section, options in content.items():
        lines.append(f"[{section}]")
        lines += [f"{toml(name)} = {toml(value)}" for name, value in options.items()]  # type: ignore[arg-type]
    (directory / CONFIG_NAME).write_text("\n".join(lines), encoding="utf-8")
    return directory


def whole() -> dict[str, dict[str, object]]:
    """The file at the beginning of the page."""
    return tomllib.loads(reference().partition("```toml\n")[2].partition("```")[0])


def named(options: list[tuple[Section, Option]]) -> list[str]:
    return [f"{section.name}.{option.name}" for section, option in options]


def test_page_of_the_reference_is_the_one_that_is_printed() -> None:
    page = (ROOT / "docs/configuration.md").read_text("utf-8")
    assert page == reference(), "python -m scripts.configuration_page > docs/configuration.md"


def test_example_of_the_whole_file_has_every_option_and_is_read_as_it_stands(tmp_path: Path) -> None:
    content = whole()
    assert [f"{section}.{name}" for section in content for name in content[section]][: len(OPTIONS)] == named(
        OPTIONS
    )
    config = load_config(written(tmp_path, content))
    assert config.readers == 3
    assert len(config.webhooks) == 3
    unset = Config("", "", *[Path()] * 5)  # type: ignore[arg-type]
    left_out = {"home", "database", "map_interval_s"}
    same = {
        each.name
        for each in dataclasses.fields(Config)
        if each.name not in left_out and getattr(config, each.name) == getattr(unset, each.name)
    }
    assert same == set(), "settings of the program that the reference does not name"


@pytest.mark.parametrize(("section", "option"), OPTIONS, ids=named(OPTIONS))
def test_needed_option_is_missed_and_any_other_may_be_left_out(
    section: Section, option: Option, tmp_path: Path
) -> None:
    content = whole()
    del content[section.name][option.name]
    if option.name == "receipt":  # Two sections need it.
        del content["snapshots"], content["notices"]
    if not option.needed:
        load_config(written(tmp_path, content))
        return
    with pytest.raises(ConfigError, match=rf"\[{section.name}\] 缺少 {option.name}"):
        load_config(written(tmp_path, content))


@pytest.mark.parametrize(("section", "option"), OPTIONS, ids=named(OPTIONS))
def test_value_of_another_type_is_refused_with_its_name(
    section: Section, option: Option, tmp_path: Path
) -> None:
    content = whole()
    content[section.name][option.name] = -1 if option.kind in (str, list, bool) else "x"
    with pytest.raises(ConfigError, match=rf"\[{section.name}\].*{option.name}"):
        load_config(written(tmp_path, content))


@pytest.mark.parametrize("name", ["snapshots", "witnesses", "stamping"])
def test_default_that_the_reference_tells_is_the_one_that_holds(name: str, tmp_path: Path) -> None:
    content, section = whole(), config_options.BY_NAME[name]
    told = {each.name: each.default for each in section.options if each.default is not None}
    assert told
    for each in told:
        del content[name][each]
    part = getattr(load_config(written(tmp_path, content)), name)
    assert {each: getattr(part, each) for each in told} == told


def test_fault_of_a_file_names_section_and_option_all_at_once(tmp_path: Path) -> None:
    content = whole()
    content["server"]["readers"] = 65
    del content["stamping"]["url"]
    content["maps"] = {}
    with pytest.raises(ConfigError) as raised:
        load_config(written(tmp_path, content))
    for told in ("[server] readers 不超过64", "[stamping] 缺少 url", "多余的 [maps]"):
        assert told in str(raised.value)
