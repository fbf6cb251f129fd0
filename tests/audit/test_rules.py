"""Findings: each rule at its edges, and a law: the order of the evidence makes no difference."""

import hashlib
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lskeys.audit import Code, DirectoryListing, Finding, Inventory, LskeysCommands, run_rules
from lskeys.keys.fingerprints import Digest, Fingerprint, FingerprintType
from lskeys.keys.matching import LocalKey
from lskeys.keys.opening_keys import OpeningKeys
from lskeys.keys.ssh_loading import OUTDATED_CIPHER, PUTTY
from lskeys.model import DEFAULT_PAIR, AccountRegion, Instance, KeyPair
from lskeys.values import replace

T = TypeVar("T")

HERE, THERE = "us-east-1", "eu-west-1"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
DIRECTORY = Path("/home/ana/.ssh")
FINGERPRINT_TYPES = (FingerprintType.MD5_SPKI, FingerprintType.SHA256_SSH)


def fingerprint(number: int, fingerprint_type: FingerprintType) -> Fingerprint:
    """The fingerprint of key NUMBER of a type."""
    size = 16 if fingerprint_type is FingerprintType.MD5_SPKI else 32
    return Fingerprint(
        fingerprint_type,
        Digest(hashlib.sha256(f"{number} {fingerprint_type}".encode()).digest()[:size]),
    )


def pair(
    name: str, number: int | None, region: str = HERE, *, days: int = 1, used: bool = True
) -> KeyPair:
    """A pair with key NUMBER, or without a fingerprint."""
    return KeyPair(
        name,
        region,
        created_at=NOW - timedelta(days=days),
        fingerprint=None if number is None else str(fingerprint(number, FingerprintType.MD5_SPKI)),
        used_by=("web-1",) if used else (),
    )


def private(number: int, name: str, mode: int = 0o600) -> LocalKey:
    """A file with private key NUMBER."""
    fingerprint_types = tuple(
        fingerprint(number, fingerprint_type) for fingerprint_type in FINGERPRINT_TYPES
    )
    blob = str(number).encode()
    return LocalKey(
        DIRECTORY / name, fingerprint_types, has_private=True, encrypted=False, mode=mode, blob=blob
    )


def public(number: int, name: str) -> LocalKey:
    """A file with public key NUMBER."""
    return replace(private(number, name, 0o644), has_private=False)


def hidden(name: str) -> LocalKey:
    """An encrypted PEM without a `.pub` that could be read."""
    return LocalKey(DIRECTORY / name, (), has_private=True, encrypted=True, mode=0o600)


def inventory(
    pairs: Sequence[KeyPair] = (),
    keys: Sequence[LocalKey] = (),
    *,
    others: Sequence[str] = (),
    mode: int = 0o700,
) -> Inventory:
    """What is known of one region and one directory; `others` are files that are no keys."""
    names = frozenset([*others, *(key.path.name for key in keys)])
    return Inventory(
        account_regions=(AccountRegion(HERE),),
        everywhere=False,
        silent=frozenset(),
        pairs=tuple(pairs),
        keys=tuple(keys),
        directories=(DirectoryListing(DIRECTORY, mode, names),),
        now=NOW,
    )


def run(known: Inventory) -> list[tuple[str, str]]:
    """Run the rules: code and subject of every finding, without the directory."""
    return [(each.code, each.subject.removeprefix(f"{DIRECTORY}/")) for each in run_rules(known)]


def only(known: Inventory, code: Code) -> Finding:
    """The one finding of a code."""
    [finding] = [each for each in run_rules(known) if each.code is code]
    return finding


DEFAULT_FILE = f"LightsailDefaultKey-{HERE}.pem"
WEB = (private(1, "web.pem"), public(1, "web.pem.pub"))


@pytest.mark.parametrize("name", ["web.pem", "web.pem.old-20261101T120000Z"])
def test_a_key_that_ssh_cannot_load(name: str) -> None:
    """A key that ssh cannot load is reported, also an earlier one; a backup by lskeys is not."""
    bad = replace(private(3, name), obstacle="it is in UTF-16")
    aside = replace(private(3, f"{name}-unusable"), obstacle="it is in UTF-16")
    known = inventory([pair("web", 3)], [bad, aside, public(3, f"{name}.pub")])
    finding = only(known, Code.UNUSABLE_FILE)
    assert (finding.subject, finding.is_fixable) == (f"{DIRECTORY}/{name}", True)
    assert Code.MISSING_PUBLIC not in dict(run(known))


@pytest.mark.parametrize("name", ["terraform.tfstate", ".env", "keys.json", "all.yml"])
def test_a_key_among_other_things(name: str) -> None:
    """A file that may hold more than the key of a pair is reported, and never rewritten."""
    bad = replace(private(3, name), obstacle="its line breaks are escaped")
    known = inventory([pair("web", 3)], [bad])
    finding = only(known, Code.UNUSABLE_FILE)
    assert (finding.command, finding.is_fixable) == (None, False)
    assert "the file may hold more than the key" in finding.message
    assert run(known) == [("unusable-file", name)]


def test_another_programs_key() -> None:
    """A key that shows no sign of Lightsail may be as its program wants it: it only informs."""
    finding = only(
        inventory(keys=[replace(private(3, "tls.pem"), obstacle="PKCS#8")]), Code.UNUSABLE_FILE
    )
    assert (finding.severity, finding.command, finding.is_fixable) == ("info", None, False)


def test_no_command_writes_over_a_file() -> None:
    """Whatever is put aside or converted gets a name that nothing has."""
    putty = replace(private(1, "web.ppk"), obstacle=PUTTY)
    old = replace(private(1, "web.pem"), obstacle=OUTDATED_CIPHER)
    others = ("web.pem.new", "web.pem.old-unusable", "web.pem.wrong", "web.pem.pub.wrong")
    known = inventory([pair("web", 1)], [putty, old, public(2, "web.pem.pub")], others=others)
    targets = [
        shlex.split(command)[-1] if "puttygen" in command else shlex.split(command)[3]
        for each in run_rules(known)
        for command in (each.command or "").split(" && ")
        if command.startswith(("mv", "puttygen"))
    ]
    assert [each.removeprefix(f"{DIRECTORY}/") for each in targets] == [
        "web.pem-2.old-unusable",
        "web.pem",
        "web-2.pem",
        "web.pem.pub-2.wrong",
    ]


def test_a_key_that_opens_an_instance_is_no_orphan() -> None:
    """An instance keeps the key of a key pair that was deleted."""
    known = inventory(keys=[private(1, DEFAULT_FILE)])
    assert run(known) == [("orphaned-key", DEFAULT_FILE)]
    openers = {(AccountRegion(HERE), "a"): OpeningKeys(known.keys)}
    assert run(replace(known, openers=openers)) == []


def test_an_orphan_takes_its_public_key_along() -> None:
    """What is put aside leaves no `.pub` behind, unless that belongs to another key."""
    keys = (private(1, DEFAULT_FILE), public(1, f"{DEFAULT_FILE}.pub"))
    known = replace(inventory(keys=keys), everywhere=True)
    path = f"{DIRECTORY}/{DEFAULT_FILE}"
    moved = f"mv -n {path} {path}.orphaned"
    assert only(known, Code.ORPHANED_KEY).command == (
        f"{moved} && mv -n {path}.pub {path}.orphaned.pub"
    )
    known = replace(known, keys=(keys[0], public(2, f"{DEFAULT_FILE}.pub")))
    assert only(known, Code.ORPHANED_KEY).command == moved


def test_an_earlier_key_with_a_copy_that_ssh_loads() -> None:
    """The bad copy is not needed, and not reported."""
    bad = replace(private(1, "web.pem.old-20261101T120000Z"), obstacle="it is in UTF-16")
    assert Code.UNUSABLE_FILE not in dict(run(inventory(keys=[*WEB, bad])))


def test_nothing_is_wrong() -> None:
    """A pair that is used, with both keys here, is no finding; nor is nothing at all."""
    assert run_rules(inventory([pair("web", 1)], WEB)) == ()
    spare = replace(private(1, "web.ppk"), obstacle=PUTTY)
    assert run_rules(inventory([pair("web", 1)], [*WEB, spare])) == ()
    assert run_rules(inventory()) == ()


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_permissions_that_are_right(mode: int) -> None:
    """What only the owner may do is fine."""
    assert run(inventory(keys=[private(1, "id", mode)])) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o666])
def test_permissions_that_are_loose(mode: int) -> None:
    """Any permission for others is a finding, also on personal keys; not on public keys."""
    known = inventory(keys=[private(1, "id", mode), public(1, "id.pub")])
    assert run(known) == [("loose-permissions", "id")]


@pytest.mark.parametrize(
    ("mode", "is_loose"),
    [(0o700, False), (0o755, False), (0o720, True), (0o702, True), (0o1777, False)],
)
def test_directories(mode: int, is_loose: bool) -> None:  # noqa: FBT001  a parameter of the test
    """A directory is loose where others can swap files in it: listing is fine, sticky is safe."""
    expected = [("loose-permissions", str(DIRECTORY))] if is_loose else []
    assert run(inventory(mode=mode)) == expected


def test_a_file_is_named_as_a_pair() -> None:
    """It is mismatched unless it holds the key of one of the pairs of that name."""
    known = inventory([pair("web", 2), pair("web", 1, THERE)], WEB)
    assert ("mismatched-key", "web.pem") not in run(known)
    known = inventory([pair("web", 2), pair("web", 3, THERE)], WEB)
    finding = only(known, Code.MISMATCHED_KEY)
    assert (finding.region, finding.name) == (THERE, "web")
    assert f"the key of web in {THERE}, {HERE}," in finding.message


def test_pairs_of_several_accounts() -> None:
    """A pair of the same name and region in another account is another pair, in a fixed order."""
    work, home = (replace(pair("web", 2), profile=profile) for profile in ("work", "home"))
    for pairs in ([work, home], [home, work]):
        finding = only(inventory(pairs, WEB), Code.MISMATCHED_KEY)
        assert (finding.region, finding.profile) == (HERE, "home")
        assert f"the key of web in {HERE} of home, {HERE} of work," in finding.message
        assert only(inventory(pairs, WEB), Code.SHARED_KEY).profile == "work"


def test_the_key_of_another_pair_is_another_key() -> None:
    """A file named after one pair with the key of another is mismatched."""
    known = inventory([pair("web", 2), pair("api", 1)], WEB)
    assert run(known) == [("mismatched-key", "web.pem"), ("missing-private", "web")]


def test_a_mismatched_file_is_reported_once() -> None:
    """It is not reported as orphaned as well."""
    assert run(inventory([pair("web", 2)], WEB)) == [
        ("mismatched-key", "web.pem"),
        ("missing-private", "web"),
    ]


def test_what_cannot_be_compared_is_not_mismatched() -> None:
    """A pair without fingerprint, a key that does not show itself: it is not known."""
    assert run(inventory([pair("web", None)], WEB)) == [("no-fingerprint", "web")]
    assert run(inventory([pair("web", 1)], [hidden("web.pem")])) == [("hidden-key", "web.pem")]


@pytest.mark.parametrize("reported", [None, "", "null", "unknown"])
def test_no_fingerprint(reported: str | None) -> None:
    """What is no fingerprint counts as none; whether a file is there is then not known."""
    assert run(inventory([replace(pair("web", 1), fingerprint=reported)])) == [
        ("no-fingerprint", "web")
    ]


def test_public_keys() -> None:
    """Missing: only where the key is a pair's. Wrong: anywhere, even if it is no key at all."""
    own, personal = private(1, "web.pem"), private(2, "id")
    web = [pair("web", 1)]
    assert run(inventory(web, [own, personal])) == [("missing-public", "web.pem")]
    assert run(inventory(web, [*WEB, personal], others=["id.pub"])) == [("wrong-public", "id.pub")]
    assert run(inventory(web, [own, public(2, "web.pem.pub")])) == [("wrong-public", "web.pem.pub")]
    assert run(inventory(web, [own, private(1, "web.pem.pub")]))[0] == (
        "wrong-public",
        "web.pem.pub",
    )


def test_an_encrypted_key_with_its_public_key() -> None:
    """An encrypted PEM counts as the key in its .pub file: the pair has its private key."""
    encrypted = replace(WEB[0], encrypted=True, is_by_name=True)
    assert run(inventory([pair("web", 1)], [encrypted, WEB[1]])) == []


def test_a_public_key_alone_is_not_enough() -> None:
    """The private key is missing though the public one is here."""
    assert run(inventory([pair("web", 1)], [WEB[1]])) == [("missing-private", "web")]


def test_hidden_keys() -> None:
    """Only *.pem are reported; a file in the place of the .pub is kept under another name."""
    assert run(inventory(keys=[hidden("id_rsa"), hidden("web.pem")])) == [("hidden-key", "web.pem")]
    finding = only(inventory(keys=[hidden("a.pem")], others=["a.pem.pub"]), Code.HIDDEN_KEY)
    assert str(finding.command).startswith(
        f"mv -n {DIRECTORY}/a.pem.pub {DIRECTORY}/a.pem.pub.wrong && ssh-keygen -y"
    )


@pytest.mark.parametrize(
    ("name", "is_orphan"),
    [
        ("stray.pem", True),
        (f"LightsailDefaultKey-{HERE}.pem", True),
        (f"LightsailDefaultKey-{THERE}.pem", False),
        ("id_ed25519", False),
        ("stray.pem.old-20260101T000000Z", False),
        ("stray.key", False),
    ],
)
def test_orphans(name: str, is_orphan: bool) -> None:  # noqa: FBT001  a parameter of the test
    """Only what is called as Lightsail's keys are, and is not of a region that was not queried."""
    assert run(inventory(keys=[private(1, name)])) == (
        [("orphaned-key", name)] if is_orphan else []
    )


@pytest.mark.parametrize(
    ("comment", "severity"),
    [
        ("web@us-east-1", "warning"),
        ("LightsailDefaultKeyPair@us-gov-west-1", "warning"),
        ("ana@desk", "info"),
        ("", "info"),
    ],
)
def test_what_was_never_lightsails_only_informs(comment: str, severity: str) -> None:
    """EC2 and TLS keys are called *.pem, too: no command moves them, and they are no failure."""
    neighbour = replace(public(1, "stray.pem.pub"), comment=comment)
    finding = only(inventory(keys=[private(1, "stray.pem"), neighbour]), Code.ORPHANED_KEY)
    assert (finding.severity, finding.command is None) == (severity, severity == "info")


def test_same_key() -> None:
    """The pair in use stays, else the oldest, else the first; the others are reported."""
    young, old = pair("a", 1, days=1, used=False), pair("b", 1, days=9, used=False)
    used, twin = pair("c", 1, days=5), pair("b", 1, THERE, days=9, used=False)
    kept, _, spare = (
        [each for each in run(inventory(pairs, WEB)) if each[0] in ("duplicate-key", "shared-key")]
        for pairs in ([young, old, used], [], [old, twin])
    )
    assert kept == [("duplicate-key", "a"), ("duplicate-key", "b")]
    assert spare == [("shared-key", "b")]
    assert only(inventory([old, twin], WEB), Code.SHARED_KEY).region == HERE


def test_same_key_in_other_forms() -> None:
    """A local key that has both fingerprints shows that two pairs are the same."""
    other = replace(pair("api", 1), fingerprint=str(fingerprint(1, FingerprintType.SHA256_SSH)))
    assert ("duplicate-key", "web") in run(inventory([pair("web", 1), other], WEB))
    assert Code.DUPLICATE_KEY not in [code for code, _ in run(inventory([pair("web", 1), other]))]


def test_no_fingerprints_are_not_the_same() -> None:
    """Two unknowns are no duplicates."""
    known = inventory([pair("web", None), pair("api", None)])
    assert run(known) == [("no-fingerprint", "api"), ("no-fingerprint", "web")]


@pytest.mark.parametrize(("days", "is_old"), [(89, False), (90, False), (91, True)])
def test_old_pairs(days: int, is_old: bool) -> None:  # noqa: FBT001  a parameter of the test
    """Older than the days that were given; without them, no age is too old."""
    known = inventory([pair("web", 1, days=days)], WEB)
    assert run(known) == []
    assert run(replace(known, max_age=90)) == ([("old-pair", "web")] if is_old else [])


def test_a_new_name_is_a_name() -> None:
    """The name of the pair that replaces an old one is no longer than names may be."""
    known = replace(inventory([pair("w" * 255, 1, days=9)]), max_age=0)
    name = shlex.split(str(only(known, Code.OLD_PAIR).command))[2]
    assert (len(name), name[-12:]) == (255, "w-2026-11-23")


def test_what_is_not_known_is_no_finding() -> None:
    """No instances, no date: neither unused nor old."""
    known = inventory([replace(pair("web", 1), used_by=None, created_at=None)], WEB)
    assert run(replace(known, max_age=0)) == []


def test_outdated_default() -> None:
    """Only the default pair, only instances that name it and are older."""
    default = replace(pair(DEFAULT_PAIR, 1), name=DEFAULT_PAIR)
    older, younger = NOW - timedelta(days=2), NOW
    instances = (
        Instance("b", HERE, DEFAULT_PAIR, created_at=older),
        Instance("a", HERE, DEFAULT_PAIR, created_at=older),
        Instance("young", HERE, DEFAULT_PAIR, created_at=younger),
        Instance("undated", HERE, DEFAULT_PAIR),
        Instance("other", HERE, "web", created_at=older),
    )
    known = inventory([each.with_usage(instances) for each in (default, pair("web", 2))])
    command = f"lskeys authorize a b --key-pair default --region {HERE}"
    shown = f"lskeys show {DEFAULT_PAIR} --region {HERE}"
    newer = "newer than a, b, which it opens only if added there"
    a, b = ((AccountRegion(HERE), name) for name in "ab")
    first, second = private(1, "one"), private(2, "two")
    one, two = OpeningKeys((first, second)), OpeningKeys((second, first), first)
    proved, current = replace(two, proved_at=NOW), replace(two, current=second)
    for openers, for_ssh, message in (
        ({}, {a, b}, newer),
        ({a: one, b: one}, {a, b}, f"{newer}; {first.path} may open them"),
        ({a: one, b: two}, {a, b}, f"{newer}; {first.path} may open a; {second.path} may open b"),
        ({a: two, b: proved}, {a}, f"{newer}; {second.path} may open a; {second.path} opens b"),
        ({a: current, b: two}, {b}, f"{newer}; {second.path} may open b"),
        ({}, set(), newer),
    ):
        now = replace(known, openers=openers, for_ssh=frozenset(for_ssh))
        found = [each for each in run_rules(now) if each.code is Code.STALE_DEFAULT]
        words = " ".join(sorted(name for _, name in for_ssh))
        expected = command.replace("a b", words) if words else shown
        assert [(each.name, each.message, each.command) for each in found] == [
            (DEFAULT_PAIR, message, expected)
        ]


HOSTILE = "a b;$(reboot)'\"\n&-"


def test_hostile_names_stay_words() -> None:
    """Whatever a service or a disk calls things, a shell reads the commands as meant."""
    directory = DIRECTORY / HOSTILE
    keys = [
        replace(private(1, "x"), path=directory / f"{HOSTILE}.pem", mode=0o644),
        replace(private(2, "x"), path=directory / "web.pem"),
    ]
    known = replace(
        inventory([pair(HOSTILE, 9, used=False), pair("web", 2)], keys, mode=0o777),
        directories=(DirectoryListing(directory, 0o777, frozenset()),),
        lskeys=LskeysCommands((HOSTILE,), ("--endpoint-url", HOSTILE)),
    )
    commands = {each.code: shlex.split(each.command) for each in run_rules(known) if each.command}
    program = ["lskeys", "--profile", HOSTILE, "--endpoint-url", HOSTILE]
    assert commands == {
        Code.LOOSE_PERMISSIONS: ["chmod", "600", f"{directory}/{HOSTILE}.pem"],
        Code.MISMATCHED_KEY: [
            *program,
            *("fingerprint", f"{directory}/{HOSTILE}.pem", "--match", "--all-regions"),
        ],
        Code.UNUSED_PAIR: [*program, "delete", HOSTILE, "--region", HERE],
        Code.MISSING_PUBLIC: [
            *("ssh-keygen", "-y", "-f", f"{directory}/web.pem", ">", f"{directory}/web.pem.pub")
        ],
    }


numbers = st.integers(1, 3)
pairs_strategy = st.lists(
    st.builds(
        replace,
        st.builds(
            pair,
            st.sampled_from(["web", "api", DEFAULT_PAIR]),
            st.none() | numbers,
            st.sampled_from([HERE, THERE]),
            days=st.integers(0, 9),
            used=st.booleans(),
        ),
        profile=st.sampled_from([None, "work", "home"]),
        outdated=st.sampled_from([(), ("web-1",)]),
    ),
    max_size=6,
)
names = st.sampled_from(
    [
        "web.pem",
        "web.pem.pub",
        "api.pem",
        "id",
        "id.pub",
        "x.pem",
        f"LightsailDefaultKey-{HERE}.pem",
    ]
)
modes = st.sampled_from([0o600, 0o644])
keys_strategy = st.lists(
    st.builds(private, numbers, names, modes)
    | st.builds(public, numbers, names)
    | names.map(hidden),
    max_size=6,
    unique_by=lambda key: key.path,
)
evidence_strategy = st.builds(
    Inventory,
    account_regions=st.just(
        (AccountRegion(HERE), AccountRegion(HERE, "work"), AccountRegion(THERE, "home"))
    ),
    everywhere=st.booleans(),
    silent=st.just(frozenset[AccountRegion]()),
    pairs=pairs_strategy.map(tuple),
    keys=keys_strategy.map(tuple),
    directories=st.lists(
        st.builds(
            DirectoryListing,
            st.sampled_from([DIRECTORY, Path("/keys")]),
            st.sampled_from([0o700, 0o777]),
            st.frozensets(names),
        ),
        max_size=2,
        unique_by=lambda directory: directory.path,
    ).map(tuple),
    now=st.just(NOW),
    max_age=st.none() | st.just(5),
)


@given(evidence_strategy, st.randoms(use_true_random=False))
def test_the_order_makes_no_difference(known: Inventory, chance: Random) -> None:
    """The same key pairs and files in another order give the same findings in the same one."""

    def shuffled(every: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(chance.sample(every, len(every)))

    other = replace(
        known,
        account_regions=shuffled(known.account_regions),
        pairs=shuffled(known.pairs),
        keys=shuffled(known.keys),  # directories have their order: new keys go to the first one
    )
    assert run_rules(other) == run_rules(known)


@given(pairs_strategy, keys_strategy)
def test_every_finding_is_about_something_there(pairs: list[KeyPair], keys: list[LocalKey]) -> None:
    """Its pair is one of the account's, its file is in a key directory, its command is one line."""
    known = inventory(pairs, keys)
    known_pairs = {(each.region, each.profile, each.name) for each in pairs}
    for finding in run_rules(known):
        place = (finding.region, finding.profile, finding.name)
        assert finding.name is None or place in known_pairs
        assert finding.file is None or finding.file.name in known.directories[0].names
        assert finding.name or finding.file
        assert "\n" not in (finding.command or "") + finding.message
