"""botocore's data cut down to Lightsail: right, whole, private, and never a reason to fail."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import botocore.session
import pytest
from botocore.client import BaseClient
from botocore.loaders import Loader

from lskeys.lightsail.botocore_data import TrimmedLoader, loader

OPERATIONS = (
    "CreateKeyPair",
    "DeleteKeyPair",
    "DownloadDefaultKeyPair",
    "GetInstanceAccessDetails",
    "GetInstances",
    "GetKeyPair",
    "GetKeyPairs",
    "GetRegions",
    "ImportKeyPair",
    "TagResource",
    "UntagResource",
)


def session(data: Loader) -> botocore.session.Session:
    """A session that has credentials and reads nobody's configuration."""
    made = botocore.session.Session(session_vars={"config_file": (None, None, os.devnull, None)})
    made.register_component("data_loader", data)
    made.set_credentials("nobody", "nothing")
    return made


def client(data: Loader, service: str = "lightsail", region: str = "eu-west-1") -> BaseClient:
    """A client made from these data."""
    made: BaseClient = session(data).create_client(service, region_name=region)
    return made


def described(shape: object) -> object:
    """A shape as nested names and types, for comparison."""
    members = getattr(shape, "members", None)
    if members is not None:
        return {name: described(member) for name, member in members.items()}
    member = getattr(shape, "member", None)
    return [described(member)] if member is not None else getattr(shape, "type_name", None)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_is_what_it_is_in_botocore(operation: str, tmp_path: Path) -> None:
    """Input, output and errors of every call have the same members and types in the cut."""
    cut, full = (
        client(data).meta.service_model.operation_model(operation)
        for data in (loader(tmp_path), Loader())
    )
    assert described(cut.input_shape) == described(full.input_shape)
    assert described(cut.output_shape) == described(full.output_shape)
    assert [each.name for each in cut.error_shapes] == [each.name for each in full.error_shapes]


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "cn-north-1", "mars-north-1"])
def test_an_endpoint_is_what_it_is_in_botocore(region: str, tmp_path: Path) -> None:
    """A region has the same endpoint with the cut, a known one and an unknown one."""
    cut, full = (client(data, region=region) for data in (loader(tmp_path), Loader()))
    assert cut.meta.endpoint_url == full.meta.endpoint_url


def test_the_regions_are_those_of_botocore(tmp_path: Path) -> None:
    """The list that GetRegions falls back to is the same."""
    cut, full = (
        session(data).get_available_regions("lightsail") for data in (loader(tmp_path), Loader())
    )
    assert cut == full


def test_other_services_are_whole(tmp_path: Path) -> None:
    """A profile that assumes a role or logs in finds what it needs."""
    for service in ("sts", "sso", "sso-oidc"):
        cut, full = (client(data, service) for data in (loader(tmp_path), Loader()))
        assert cut.meta.endpoint_url == full.meta.endpoint_url
        assert cut.meta.service_model.operation_names == full.meta.service_model.operation_names


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_it_is_made_once_and_only_for_you(umask: int, tmp_path: Path) -> None:
    """Whatever the umask, directories are 0700 and files 0600, and a second use changes nothing."""
    before = os.umask(umask)
    try:
        assert isinstance(loader(tmp_path / "cache"), TrimmedLoader)
    finally:
        os.umask(before)
    made = {path: path.stat() for path in (tmp_path / "cache").rglob("*")}
    assert {oct(each.st_mode & 0o777) for each in made.values()} == {"0o700", "0o600"}
    assert isinstance(loader(tmp_path / "cache"), TrimmedLoader)
    again = {path: path.stat() for path in (tmp_path / "cache").rglob("*")}
    assert {path: each.st_ino for path, each in again.items()} == {
        path: each.st_ino for path, each in made.items()
    }


def damage(path: Path) -> None:
    """Break the model inside a cut."""
    [model] = path.rglob("service-2.json")
    model.write_text(model.read_text().replace("GetKeyPairs", "GetKeyPears"))


def open_up(path: Path) -> None:
    """Let others write in a cut."""
    [model] = path.rglob("service-2.json")
    model.chmod(0o666)


def empty(path: Path) -> None:
    """Leave a cut without its manifest."""
    [manifest] = path.rglob("manifest.json")
    manifest.write_text("")


@pytest.mark.parametrize("spoil", [damage, open_up, empty])
def test_a_spoiled_cut_is_made_anew(spoil: Callable[[Path], None], tmp_path: Path) -> None:
    """What is damaged, empty or open to others is not used; it is replaced."""
    loader(tmp_path)
    spoil(tmp_path)
    assert "GetKeyPairs" in client(loader(tmp_path)).meta.service_model.operation_names
    [model] = tmp_path.rglob("service-2.json")
    assert model.stat().st_mode & 0o777 == 0o600


def test_without_a_cache_botocore_is_used_whole(tmp_path: Path) -> None:
    """A cache directory that cannot be made is no reason to fail."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    usual = loader(blocked / "cache")
    assert not isinstance(usual, TrimmedLoader)
    assert "GetKeyPairs" in client(usual).meta.service_model.operation_names


def test_many_first_uses_at_once_agree(tmp_path: Path) -> None:
    """Ten processes that start together all work, and one cut remains."""
    code = (
        "import sys; from pathlib import Path; from lskeys.lightsail.botocore_data import loader; "
        "print(loader(Path(sys.argv[1])).load_service_model('lightsail', 'service-2')"
        "['operations'].keys() >= {'GetKeyPairs'})"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(10)
    ]
    assert {each.communicate()[0] for each in started} == {"True\n"}
    assert len(list(tmp_path.iterdir())) == 1
