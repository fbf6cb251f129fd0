"""The rules of key pairs and tags: one method per operation, each atomic. Touches: the store."""

from collections.abc import Iterable

from lskeys.sandbox import rules
from lskeys.sandbox.errors import invalid, name_taken
from lskeys.sandbox.keys import KeyMaterial, Origin, make_rsa, read_imported
from lskeys.sandbox.records import Page, Records
from lskeys.sandbox.regions import REGIONS, Region
from lskeys.sandbox.resources import DEFAULT_PAIR, KEY_PAIR, KeyPair, Operation, Tag
from lskeys.sandbox.transaction import NameTakenError


class Account(Records):
    """The key pairs and tags of the emulated account: what each operation does, or why not.

    Every method raises ServiceError for what AWS refuses.
    """

    def get_key_pairs(
        self, region: str, *, token: str | None, include_default: bool
    ) -> Page[KeyPair]:
        """A page of key pairs; the default pair only on demand."""
        after = rules.read_page_token("GetKeyPairs", region, token)
        with self._store.reading() as transaction:
            found = transaction.key_pairs(
                region,
                after=after,
                limit=self._switches.page_size + 1,
                include_default=include_default,
            )
        return self._page("GetKeyPairs", region, found)

    def get_key_pair(self, region: str, name: str) -> KeyPair:
        """One key pair; whether it finds the default one, AWS does not document."""
        rules.check_name(name)
        with self._store.reading() as transaction:
            pair = transaction.key_pair(region, name)
        if pair is None or (name == DEFAULT_PAIR and not self._switches.default_by_name):
            raise self._not_found(KEY_PAIR, name)
        return pair

    def create_key_pair(
        self, region: str, name: str, tags: Iterable[Tag]
    ) -> tuple[KeyPair, Operation]:
        """A new pair with its private key, which is not kept."""
        rules.check_name(name)
        checked = rules.merge_tags((), tags)
        with self._store.reading() as transaction:
            if transaction.resource(region, name) or name == DEFAULT_PAIR:
                raise name_taken(name)
        pair = self._new_pair(region, name, Origin.CREATED, make_rsa(), checked)
        return pair, self._add(pair, "CreateKeyPair")

    def import_key_pair(self, region: str, name: str, public_line: str) -> Operation:
        """A pair of which AWS only ever sees the public key."""
        rules.check_name(name)
        origin, material = read_imported(public_line)
        if name == DEFAULT_PAIR:
            raise name_taken(name)
        return self._add(self._new_pair(region, name, origin, material), "ImportKeyPair")

    def delete_key_pair(self, region: str, name: str, expected: str | None) -> Operation:
        """Delete a pair, whoever uses it; the default one only for its fingerprint."""
        rules.check_name(name)
        with self._store.writing() as transaction:
            pair = transaction.key_pair(region, name)
            if pair is None:
                raise self._not_found(KEY_PAIR, name)
            _check_expected(name, self.fingerprint(pair), expected)
            transaction.remove(region, name)
            return self._record(transaction, region, name, KEY_PAIR, "DeleteKeyPair")

    def download_default_key_pair(self, region: str) -> KeyPair:
        """The default pair with its private key; made now if there is none."""
        return self._default_pair(region)

    def tag_resource(self, region: str, name: str, tags: Iterable[Tag]) -> Operation:
        """Add tags, or give those there are a new value."""
        rules.check_name(name)
        with self._store.writing() as transaction:
            resource = transaction.resource(region, name)
            if resource is None:
                raise self._not_found("Resource", name)
            transaction.set_tags(resource.number, rules.merge_tags(resource.tags, tags))
            return self._record(transaction, region, name, resource.type, "TagResource")

    def untag_resource(self, region: str, name: str, keys: Iterable[str]) -> Operation:
        """Take tags away; keys that are not there are no error."""
        rules.check_name(name)
        unwanted = set(keys)
        with self._store.writing() as transaction:
            resource = transaction.resource(region, name)
            if resource is None:
                raise self._not_found("Resource", name)
            left = tuple(tag for tag in resource.tags if tag.key not in unwanted)
            transaction.set_tags(resource.number, left)
            return self._record(transaction, region, name, resource.type, "UntagResource")

    def get_operation(self, region: str, identifier: str) -> Operation:
        """An operation that was recorded before."""
        with self._store.reading() as transaction:
            operation = transaction.operation(region, identifier)
        if operation is None:
            raise self._not_found("Operation", identifier)
        return operation

    def get_regions(self) -> tuple[Region, ...]:
        """All regions, the same in each."""
        return REGIONS

    def _add(self, pair: KeyPair, operation_type: str) -> Operation:
        kept = _without_private_key(pair)
        try:
            with self._store.writing() as transaction:
                transaction.add_key_pair(kept)
                return self._record(transaction, pair.region, pair.name, KEY_PAIR, operation_type)
        except NameTakenError:
            raise name_taken(pair.name) from None


def _check_expected(name: str, fingerprint: str | None, expected: str | None) -> None:
    """Compare as spelled; the default pair cannot do without. The wordings are this sandbox's."""
    if expected is None and name == DEFAULT_PAIR:
        raise invalid(
            "An expected fingerprint is required to delete the default key pair.",
            tip="Give the key pair's fingerprint as expectedFingerprint.",
        )
    if expected is not None and expected != fingerprint:
        raise invalid(
            f"The expected fingerprint does not match the fingerprint of the key pair: {name}",
            tip="Check that this is the key pair you mean to delete.",
        )


def _without_private_key(pair: KeyPair) -> KeyPair:
    bare = KeyMaterial(pair.material.public_line, pair.material.fingerprints)
    return KeyPair(
        pair.region, pair.name, pair.identifier, pair.created_at, pair.origin, bare, pair.tags
    )
