"""The rules of key pairs and tags: one method per operation, each atomic. Touches: the store."""

from collections.abc import Iterable

from lskeys.sandbox import rules, shapes
from lskeys.sandbox.errors import invalid, name_taken
from lskeys.sandbox.keys import KeyMaterial, Origin, read_imported
from lskeys.sandbox.records import Page, Records
from lskeys.sandbox.resources import (
    DEFAULT_PAIR,
    KEY_PAIR,
    STATIC_IP,
    KeyPair,
    Operation,
    StaticIp,
    Tag,
)
from lskeys.sandbox.transaction import NameTakenError, Resource, Transaction


class Account(Records):
    """The emulated account but for its instances: what each operation does, or why not.

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
        pair = self._new_pair(region, name, Origin.CREATED, self._make_key(), checked)
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

    def tag_resource(
        self, region: str, name: str, arn: str | None, tags: Iterable[Tag]
    ) -> Operation:
        """Add tags, or give those there are a new value."""
        rules.check_name(name)
        with self._store.writing() as transaction:
            resource = self._resource(transaction, region, name, arn)
            transaction.set_tags(resource.number, rules.merge_tags(resource.tags, tags))
            return self._record(transaction, region, name, resource.type, "TagResource")

    def untag_resource(
        self, region: str, name: str, arn: str | None, keys: Iterable[str]
    ) -> Operation:
        """Take tags away; keys that are not there are no error."""
        rules.check_name(name)
        unwanted = set(keys)
        with self._store.writing() as transaction:
            resource = self._resource(transaction, region, name, arn)
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

    def get_operations(
        self, region: str, *, token: str | None, resource: str | None = None
    ) -> Page[Operation]:
        """A page of operations, oldest first: ten times the page size, which makes AWS's 200."""
        kind = "GetOperationsForResource" if resource else "GetOperations"
        after = rules.read_page_token(kind, region, token)
        size = 10 * self._switches.page_size
        with self._store.reading() as transaction:
            found = transaction.operations(region, resource=resource, after=after, limit=size + 1)
            if resource and not found and transaction.resource(region, resource) is None:
                raise self._not_found("Resource", resource)
        return self._page(kind, region, found, size)

    def get_names(self, region: str, *, token: str | None) -> Page[str]:
        """A page of the names of all resources."""
        after = rules.read_page_token("GetActiveNames", region, token)
        with self._store.reading() as transaction:
            found = transaction.names(region, after=after, limit=self._switches.page_size + 1)
        return self._page("GetActiveNames", region, found)

    def get_static_ips(self, region: str, *, token: str | None) -> Page[StaticIp]:
        """A page of static addresses."""
        after = rules.read_page_token("GetStaticIps", region, token)
        with self._store.reading() as transaction:
            limit = self._switches.page_size + 1
            found = transaction.static_ips(region, after=after, limit=limit)
        return self._page("GetStaticIps", region, found)

    def get_static_ip(self, region: str, name: str) -> StaticIp:
        """One static address."""
        rules.check_name(name)
        with self._store.reading() as transaction:
            found = transaction.static_ips(region, name=name)
        if not found:
            raise self._not_found(STATIC_IP, name)
        return found[0][1]

    def _resource(
        self, transaction: Transaction, region: str, name: str, arn: str | None
    ) -> Resource:
        """The resource of a name, which must be that of the ARN, if there is one."""
        resource = transaction.resource(region, name)
        if resource is None:
            raise self._not_found("Resource", name)
        if arn is not None and arn != shapes.arn(region, resource.type, resource.identifier):
            raise invalid(f"The resource ARN is not that of {name}: {arn}")
        return resource

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
