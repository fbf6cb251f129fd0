"""The calls of one region: questions that may be repeated, changes that are sent once.

Touches: the network.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError

from lskeys.concurrency import Pending
from lskeys.errors import LskeysError, RemoteError
from lskeys.lightsail import error_table, responses
from lskeys.model import CreatedKey, DefaultKey, HostKey, Instance, KeyPair, Region, Tag

T = TypeVar("T")

MAX_PAGES = 10_000
MAX_LIST = 128 * 1024 * 1024
"""Bytes of all its pages; twenty thousand key pairs are a tenth of that."""
_LISTING = "cannot list key pairs"


class Lightsail:
    """Amazon Lightsail in one region, as far as key pairs are concerned.

    Every method raises the errors of `lskeys.errors`: MissingError for what does not exist,
    SetupError for credentials and permissions, RemoteError for AWS and the network, and, for a
    change, LostAnswerError when it cannot be known whether it happened.

    Args:
        region: Asked there.
        client: Gives the botocore client, for a change (True) or a question (False).
        timeout: Seconds for one question, its retries and pages included.
        trace: Told one line about each call.
        right_region: Gives the region that was probably meant, if this one is not known.
    """

    def __init__(
        self,
        region: str,
        client: Callable[[bool], BaseClient],
        timeout: float,
        trace: Callable[[str], None],
        right_region: Callable[[], str | None] = lambda: None,
    ) -> None:
        self.region = region
        self._client = client
        self._timeout = timeout
        self._trace = trace
        self._right_region = right_region

    @property
    def endpoint(self) -> str:
        """The address that is asked."""
        address: str = self._client(False).meta.endpoint_url  # noqa: FBT003  a question's client
        return address

    def key_pairs(self, *, include_default: bool) -> tuple[KeyPair, ...]:
        """All key pairs of the region, in AWS's order (GetKeyPairs, every page)."""
        pages = self._key_pair_pages(include_default=include_default)
        return self._within(_LISTING, lambda: tuple(chain.from_iterable(pages)))

    def key_pair_pages(self, *, include_default: bool) -> Iterator[tuple[KeyPair, ...]]:
        """The same, page by page.

        What counts against the timeout is the waiting for pages, not what is done between them.
        An error may come after pages: then the list is not complete.
        """
        pages = self._key_pair_pages(include_default=include_default)
        self._client(False)  # noqa: FBT003  credentials have a deadline and errors of their own
        left = self._timeout
        while True:
            since = time.monotonic()
            page = self._awaited(_LISTING, Pending(lambda: next(pages, None)), left)
            left = max(0.0, left - (time.monotonic() - since))
            if page is None:
                return
            yield page

    def _key_pair_pages(self, *, include_default: bool) -> Iterator[tuple[KeyPair, ...]]:
        parameters = {"includeDefaultKeyPair": include_default}
        return self._pages("get_key_pairs", parameters, "keyPairs", responses.key_pair, _LISTING)

    def default_key_pair(self) -> KeyPair | None:
        """The region's default pair, or None where there is none (GetKeyPairs, every page)."""
        pairs = self.key_pairs(include_default=True)
        return next((pair for pair in pairs if pair.is_default), None)

    def key_pair(self, name: str) -> KeyPair:
        """One key pair by its name (GetKeyPair); not the default one, which it may not know."""
        doing = f"cannot look up {name}"

        def ask() -> KeyPair:
            raw = self._call("get_key_pair", {"keyPairName": name}, doing)
            return responses.key_pair(responses.required(raw, "keyPair", dict), self.region)

        return self._within(doing, ask)

    def instances(self) -> tuple[Instance, ...]:
        """All instances of the region (GetInstances, every page)."""
        doing = "cannot list instances"
        pages = self._pages("get_instances", {}, "instances", responses.instance, doing)
        return self._within(doing, lambda: tuple(chain.from_iterable(pages)))

    def regions(self) -> tuple[Region, ...]:
        """The regions Lightsail has for this account (GetRegions)."""
        doing = "cannot list regions"

        def ask() -> tuple[Region, ...]:
            raw = self._call("get_regions", {}, doing)
            found = responses.required(raw, "regions", list)
            return tuple(responses.region(each, self.region) for each in found)

        return self._within(doing, ask)

    def download_default_key(self) -> DefaultKey:
        """The default pair's private key; creates the pair where there is none.

        Repeated like a question: the same key comes again (DownloadDefaultKeyPair).
        """
        doing = "cannot download the default key"
        return self._within(
            doing,
            lambda: responses.default_key(self._call("download_default_key_pair", {}, doing)),
        )

    def delete_key_pair(self, name: str, expected_fingerprint: str | None) -> None:
        """Delete a pair, sent once; the fingerprint exactly as AWS spells it, or None.

        Raises:
            LostAnswerError: The pair may or may not be gone.
        """
        doing = f"cannot delete {name}"
        parameters = {"keyPairName": name}
        if expected_fingerprint is not None:
            parameters["expectedFingerprint"] = expected_fingerprint
        self._change(doing, "delete_key_pair", parameters)

    def create_key_pair(self, name: str, tags: Iterable[Tag]) -> CreatedKey:
        """Have AWS make a pair; sent once, since a repetition would lose the only key.

        Raises:
            LostAnswerError: There may be a pair now whose private key nobody has.
        """
        doing = f"cannot create {name}"
        parameters = {"keyPairName": name, "tags": [_raw_tag(tag) for tag in tags]}

        def send() -> CreatedKey:
            raw = self._call("create_key_pair", parameters, doing, is_write=True)
            return responses.created_key(raw, self.region)

        return self._within(doing, send, is_write=True)

    def import_key_pair(self, name: str, public_line: str) -> None:
        """Import a public key, the raw OpenSSH line; sent once (ImportKeyPair).

        Raises:
            LostAnswerError: The pair may or may not be there.
        """
        self._change(
            f"cannot import {name}",
            "import_key_pair",
            {"keyPairName": name, "publicKeyBase64": public_line},
        )

    def tag_key_pair(self, name: str, tags: Iterable[Tag]) -> None:
        """Add tags or give them a new value; sent once (TagResource)."""
        raw_tags = [_raw_tag(tag) for tag in tags]
        self._change(f"cannot tag {name}", "tag_resource", {"resourceName": name, "tags": raw_tags})

    def untag_key_pair(self, name: str, keys: Iterable[str]) -> None:
        """Take tags away; keys that are not there are no error; sent once (UntagResource)."""
        self._change(
            f"cannot untag {name}", "untag_resource", {"resourceName": name, "tagKeys": list(keys)}
        )

    def host_keys(self, instance_name: str) -> tuple[HostKey, ...]:
        """The SSH host keys Lightsail saw on an instance (GetInstanceAccessDetails).

        The temporary private key that the call hands out as well goes no further than this.
        """
        doing = f"cannot read the host keys of {instance_name}"

        def ask() -> tuple[HostKey, ...]:
            parameters = {"instanceName": instance_name, "protocol": "ssh"}
            raw = self._call("get_instance_access_details", parameters, doing)
            return responses.host_keys(responses.required(raw, "accessDetails", dict))

        return self._within(doing, ask)

    def _change(self, doing: str, operation: str, parameters: Mapping[str, Any]) -> None:
        self._within(
            doing,
            lambda: self._call(operation, parameters, doing, is_write=True),
            is_write=True,
        )

    def _pages(
        self,
        operation: str,
        parameters: Mapping[str, Any],
        member: str,
        noun: Callable[[object, str], T],
        doing: str,
    ) -> Iterator[tuple[T, ...]]:
        """The nouns of each page, made while the next one is on its way."""
        seen: set[str] = set()
        size = 0
        asked = Pending(partial(self._call, operation, parameters, doing))
        for _ in range(MAX_PAGES):
            raw = asked.result()
            size += responses.size(raw)
            if size > MAX_LIST:
                raise responses.invalid_response(
                    f"its pages are larger than {MAX_LIST // 2**20} MiB"
                )
            token = responses.page_token(raw)
            is_new = token is not None and token not in seen
            if is_new:
                following = {**parameters, "pageToken": token}
                asked = Pending(partial(self._call, operation, following, doing))
            yield tuple(noun(each, self.region) for each in responses.required(raw, member, list))
            if token is None:
                return
            if not is_new:
                break
            seen.add(token)
        raise RemoteError(
            f"{doing} in {self.region}: pagination did not end",
            hint="the list would not be complete, so none is given; try again later",
            code="EndlessPages",
            region=self.region,
        )

    def _within(self, doing: str, ask: Callable[[], T], *, is_write: bool = False) -> T:
        self._client(is_write)  # credentials have a deadline and errors of their own
        return self._awaited(doing, Pending(ask), self._timeout, is_write=is_write)

    def _awaited(
        self, doing: str, pending: Pending[T], seconds: float, *, is_write: bool = False
    ) -> T:
        try:
            return pending.result(seconds)
        except TimeoutError:
            raise error_table.no_time(
                doing, self.region, self._timeout, is_write=is_write
            ) from None
        except MemoryError:
            endless = responses.invalid_response("it is larger than memory allows")
            raise error_table.from_invalid_response(
                endless, doing, self.region, is_write=is_write
            ) from None
        except responses.InvalidResponseError as error:
            raise error_table.from_invalid_response(
                error, doing, self.region, is_write=is_write
            ) from None

    def _call(
        self,
        operation: str,
        parameters: Mapping[str, Any],
        doing: str,
        *,
        is_write: bool = False,
    ) -> Mapping[str, Any]:
        started = time.monotonic()
        outcome = "failed"
        try:
            raw: Mapping[str, Any] = getattr(self._client(is_write), operation)(**parameters)
            metadata = raw.get("ResponseMetadata") or {}
            retries = metadata.get("RetryAttempts", 0)
            outcome = f"request {metadata.get('RequestId', '-')}, {retries} retries"
        except ClientError as error:
            failed = error_table.from_code(error, doing, self.region, is_write=is_write)
            outcome = failed.code
            raise self._with_right_region(failed) from None
        except BotoCoreError as error:
            failed = error_table.from_botocore(error, doing, self.region, is_write=is_write)
            outcome = failed.code
            raise self._with_right_region(failed) from None
        except (AttributeError, TypeError, ValueError, RuntimeError, OverflowError) as error:
            # botocore's parser, which still reads errors, meets a member of a type that it does
            # not know.
            raise responses.invalid_response(
                f"a member is of the wrong type ({type(error).__name__})"
            ) from None
        finally:
            milliseconds = (time.monotonic() - started) * 1000
            self._trace(f"{operation} in {self.region}: {outcome}, {milliseconds:.0f} ms")
        return raw

    def _with_right_region(self, failed: LskeysError) -> LskeysError:
        """A misspelled region fails like a lost network or a wrong signature: say so first."""
        right = self._right_region()
        if right is not None:
            otherwise = f" if not: {failed.hint}" if failed.hint else ""
            failed.hint = f"did you mean {right}?{otherwise}"
        return failed


def _raw_tag(tag: Tag) -> dict[str, str]:
    return {"key": tag.key} if tag.value is None else {"key": tag.key, "value": tag.value}
