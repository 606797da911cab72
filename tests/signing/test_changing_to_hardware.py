"""The log's key moves from a file into hardware: into a token of SoftHSM, or into an SDF device with SM2."""

from __future__ import annotations

from pathlib import Path

from demo.departments import OPERATOR
from registry.config import CONFIG_NAME, load_config
from registry.provenance.keys import FileSigner
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ECDSA_P256_SHA256, SUITE_SM2_SM3
from tests.support.command import in_process
from tests.support.events import new_firm, placed, registered
from tests.support.soft_sdf import SoftDevice
from tests.support.softhsm import SoftToken
from tests.support.spine import Spine, found_spine, furnish
from tests.support.suites import needs_sm2

OLD = 'log_key = "keys/log.key"\n'


def moved(directory: Path, new: FileSigner, line: str) -> Spine:
    """A registry whose log key moves to the one behind a line; the old one is destroyed."""
    spine = furnish(found_spine(directory), ["市场监管"], delivered=False)
    old = FileSigner.load(spine.config.log_key, None)
    _reconfigure(spine, "[signing]\n", f'[signing]\nlog = ["{line}"]\n')
    added = pb.RegistryKey(purpose=pb.REGISTRY_KEY_PURPOSE_LOG, suite=new.suite, public_key=new.public_key)
    for change in (pb.RegistryKeyChange(add=added), pb.RegistryKeyChange(retire=old.keyid)):
        placed(spine.say(OPERATOR.key, registry_key_change=change))
    _reconfigure(spine, OLD, "")
    spine.config.log_key.unlink()
    placed(spine.say("市场监管", event=registered(new_firm())))
    spine.engine.close()
    return spine


def _reconfigure(spine: Spine, old: str, new: str) -> None:
    path = spine.directory / CONFIG_NAME
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    spine.config = load_config(spine.directory)
    spine.reopen()


def test_the_log_goes_on_with_a_key_in_a_token(tmp_path: Path, token: SoftToken) -> None:
    key = FileSigner.generate(SUITE_ECDSA_P256_SHA256)
    token.keep(key, label="log", number=1)
    spine = moved(tmp_path / "registry", key, token.line(object="log"))
    checked = in_process("verify", "--directory", spine.directory, "--processes", "1", "--rebuild")
    assert checked.code == 0, checked.err


@needs_sm2
def test_the_log_goes_on_with_a_key_in_a_device(tmp_path: Path, device: SoftDevice) -> None:
    key = FileSigner.generate(SUITE_SM2_SM3)
    device.keep(key, index=1)
    spine = moved(tmp_path / "registry", key, device.line(index="1"))
    checked = in_process("verify", "--directory", spine.directory, "--processes", "1", "--rebuild")
    assert checked.code == 0, checked.err
