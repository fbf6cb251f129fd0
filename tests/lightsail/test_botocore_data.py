"""botocore's data cut down to Lightsail: right, whole, private, and never a reason to fail."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import botocore.session
import pytest
from botocore.client import BaseClient
from botocore.loaders import Loader

from lskeys.lightsail import botocore_data
from lskeys.lightsail.botocore_data import TrimmedLoader
from lskeys.storage.cache import CacheDirectory

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

IMPORTS = (
    "import sys; from pathlib import Path; from lskeys.lightsail.botocore_data import loader; "
    "from lskeys.storage.cache import CacheDirectory"
)
LOADER = "loader(CacheDirectory(Path(sys.argv[1])))"
"""In a process of its own."""


def loader(path: Path) -> Loader:
    """The loader with a cache in this directory."""
    return botocore_data.loader(CacheDirectory(path))


def session(data: Loader) -> botocore.session.Session:
    """A session that has credentials and reads no configuration."""
    made = botocore.session.Session(session_vars={"config_file": (None, None, os.devnull, None)})
    made.register_component("data_loader", data)
    made.set_credentials("unknown", "nothing")
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
    made = {path: path.stat() for path in tmp_path.rglob("*")}
    assert {oct(each.st_mode & 0o777) for each in made.values()} == {"0o700", "0o600"}
    assert isinstance(loader(tmp_path / "cache"), TrimmedLoader)
    again = {path: path.stat() for path in tmp_path.rglob("*")}
    assert {path: each.st_ino for path, each in again.items()} == {
        path: each.st_ino for path, each in made.items()
    }


def damage(file: Path) -> None:
    """Break the model inside it."""
    file.write_text(file.read_text().replace("GetKeyPairs", "GetKeyPears"))


def open_up(file: Path) -> None:
    """Let others write it."""
    file.chmod(0o666)


def empty(file: Path) -> None:
    """Leave nothing in it."""
    file.write_text("")


@pytest.mark.parametrize("spoil", [damage, open_up, empty])
def test_spoiled_data_are_made_again(spoil: Callable[[Path], None], tmp_path: Path) -> None:
    """What is damaged or open to others is not used: it is replaced."""
    loader(tmp_path)
    [file] = tmp_path.iterdir()
    spoil(file)
    assert "GetKeyPairs" in client(loader(tmp_path)).meta.service_model.operation_names
    assert stat.S_IMODE(file.lstat().st_mode) == 0o600
    assert file.is_file()


@pytest.mark.parametrize("spoil", [damage, open_up])
def test_data_are_read_once(spoil: Callable[[Path], None], tmp_path: Path) -> None:
    """What was checked is what is used, whatever happens to the file before the client is made."""
    loader(tmp_path)
    data = loader(tmp_path)
    [file] = tmp_path.iterdir()
    spoil(file)
    file.unlink()
    assert "GetKeyPairs" in client(data).meta.service_model.operation_names


def test_a_cache_that_cannot_be_made(tmp_path: Path) -> None:
    """Without the cache, the data are loaded all the same."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert "GetKeyPairs" in client(loader(blocked / "cache")).meta.service_model.operation_names


def test_parallel_first_uses_agree(tmp_path: Path) -> None:
    """Ten processes that start together all work, and one cut remains."""
    code = (
        f"{IMPORTS}; print({LOADER}.load_service_model('lightsail', 'service-2')"
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
