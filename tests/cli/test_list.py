"""list, through the command line."""

from lskeys.sandbox import Sandbox, Server, Tag

from ..conftest import CREATED, REGION, Ran, Run

LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF6VpFvdLbOM2Cq8nFyoHt0jOJJGQ5YvWOkvGCDsW9qN"


def test_text_is_tab_separated_whole_values(account: Sandbox, server: Server, run: Run) -> None:
    """In a pipe, a line per key pair: name, region, creation, fingerprint, tags; no header."""
    account.add_key_pairs(
        REGION,
        ["web"],
        public_line=LINE,
        tags=[Tag("stage", "production"), Tag("old")],
        created_at=CREATED,
    )
    assert run("list") == Ran(
        0,
        out="web\tus-east-1\t2026-11-02T12:00:00.123Z\t"
        "SHA256:67rtPyuqfeVK9jZL9QQGDLVhsgQY8z4RdE1gc7Zy2WM\tstage=production,old\n",
    )
    assert [request.operation for request in server.requests] == ["GetKeyPairs"]
