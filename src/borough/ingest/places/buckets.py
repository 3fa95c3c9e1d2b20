"""Files in an object store: S3 and what speaks like it, Azure, Google."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from borough.engine.objects import object_options, unreachable
from borough.errors import UsageError
from borough.ingest.places.ranged import Ranged
from borough.ingest.places.stores import Entry, RefusedError, Wanted, all_of_them
from borough.project.reaching import Address

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ObjectStore

BUFFER = 1 << 20
_QUERY = re.compile(r"\?\S+")  # of an address: signatures stand in it
_CLIENT = {"connect_timeout": "10s", "timeout": "120s"}
_NAMES: dict[str, dict[str, str]] = {
    "s3": {
        "endpoint": "endpoint", "region": "region", "key": "access_key_id", "secret": "secret_access_key", "token": "session_token",
        "anonymous": "skip_signature", "virtual_hosted_style": "virtual_hosted_style_request", "allow_http": "allow_http",
    },
    "gs": {
        "key": "google_service_account_key", "key_file": "google_service_account", "anonymous": "google_skip_signature", "endpoint": "google_base_url",
        "allow_http": "allow_http",
    },
    "azure": {
        "account": "azure_storage_account_name", "key": "azure_storage_account_key", "sas": "azure_storage_sas_key", "tenant": "azure_storage_tenant_id",
        "client": "azure_storage_client_id", "secret": "azure_storage_client_secret", "endpoint": "azure_storage_endpoint", "allow_http": "allow_http",
    },
}  # fmt: skip
"""What the names of ``connect.options`` are called by object_store."""


class Bucket:
    """A bucket or container. See ``Store``."""

    def __init__(self, address: Address, options: Mapping[str, str]) -> None:
        self.address = address.shown
        self._scheme = address.scheme
        self._declared = options

    @cached_property
    def _store(self) -> ObjectStore:
        from obstore.store import from_url

        options = self._options()
        http = options.pop("allow_http", "false").lower() == "true"
        client = {**_CLIENT, **({"allow_http": True} if http else {})}
        # It does not wait and try again by itself: Borough's own patience is declared.
        never = {"max_retries": 0, "retry_timeout": dt.timedelta(seconds=1)}
        more = {"credential_provider": self._declared_keys} if self._scheme == "s3" and "key" in self._declared else {}
        opened: ObjectStore = from_url(self.address, config=options, client_options=client, retry_config=never, **more)  # type: ignore[call-overload] # the keys are the store's own
        return opened

    def _declared_keys(self) -> dict[str, str | None]:
        """The declared keys and nothing else: the environment's session token belongs to other ones."""
        own = self._declared
        return {"access_key_id": own["key"], "secret_access_key": own.get("secret", ""), "token": own.get("token"), "expires_at": None}

    def _options(self) -> dict[str, str]:
        names = _NAMES.get(self._scheme, _NAMES["azure"])
        declared = {names[key]: value for key, value in self._declared.items() if key in names}
        if self._scheme != "s3":
            return declared
        try:
            return object_options(self.address, declared)
        except UsageError as error:
            advice = str(error.advice or "").replace("set AWS_REGION", "declare region: in connect.options, or set AWS_REGION")
            raise RefusedError(error.message, advice) from error

    def files(self, folder: str, depth: int | None, wanted: Wanted = all_of_them) -> Iterator[Entry]:
        with self._told():
            found, folders = self._listed(folder or None, depth)
        # Some programs make an empty object for a folder: it is none of its files.
        yield from (e for e in found if e.size > 0 or e.path not in folders)

    def _listed(self, folder: str | None, depth: int | None) -> tuple[list[Entry], set[str]]:
        """Objects, and the folders that they are in."""
        if depth == 0:
            here = self._store.list_with_delimiter(folder)
            return [_entry(one) for one in here["objects"]], set(here["common_prefixes"])
        found = [_entry(one) for some in self._store.list(folder, chunk_size=1000) for one in some]
        return found, {e.path.rsplit("/", 1)[0] for e in found}

    def look(self, path: str) -> Entry:
        with self._told():
            return _entry(self._store.head(path))

    def copy(self, path: str, to: Path) -> None:
        with self._told(), to.open("wb") as out:
            got = self._store.get(path)
            for piece in got.stream(min_chunk_size=BUFFER):
                out.write(piece)
        if to.stat().st_size != got.meta["size"]:
            raise ConnectionResetError(f"{to.stat().st_size:,} of {got.meta['size']:,} bytes came")

    def open(self, path: str) -> BinaryIO:
        size = self.look(path).size

        def read(start: int, length: int) -> bytes:
            with self._told():
                return bytes(self._store.get_range(path, start=start, length=length))

        return io.BufferedReader(Ranged(size, read), BUFFER)

    def close(self) -> None:
        self.__dict__.pop("_store", None)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turns what the store raises into what ``Store`` promises. Its own words hold addresses and headers, so few of them are told."""
        from obstore.exceptions import BaseError

        try:
            yield
        except (PermissionError, BaseError) as error:
            text = str(error)
            reason = unreachable(text) or ("it refuses the credentials" if isinstance(error, PermissionError) else _QUERY.sub("?…", text.splitlines()[0])[:200])
            if "credential" in reason:
                raise RefusedError(reason, "see to the keys (connect.options, or the environment's) and to what they permit") from error
            if "bucket" in reason:
                raise RefusedError(reason, "see to the bucket's name, and to the endpoint") from error
            raise ConnectionError(reason) from error


def _entry(meta: ObjectMeta) -> Entry:
    when = meta["last_modified"]
    return Entry(meta["path"], meta["size"], int(when.timestamp()) * 1_000_000_000 + when.microsecond * 1000)

