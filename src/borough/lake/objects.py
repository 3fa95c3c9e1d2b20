"""A lake in an object store: S3 and what speaks like it, Azure, Google. The only module that imports obstore.

New files are written to a folder on this machine and uploaded just before the commit that names them: an object appears
whole or not at all, what a run throws away is never sent, and a run reads what it wrote from the disk.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from borough.engine.objects import lost, object_options, scheme_of, unreachable
from borough.errors import LakeError
from borough.lake.model import Stored
from borough.lake.storage import LOG, VERSION, ZONES, superfluous

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ObjectStore

COPIES = "borough-lake-"  # the engine sweeps out what dead processes left under this name
AT_ONCE = 12  # requests that run side by side
_PLAIN = re.compile(r"^[A-Za-z0-9._=/@:-]+$")  # delta-rs decodes and encodes the others each in its own way
# A store that is away is told within half a minute; one that hiccups is asked again.
RETRIES: dict[str, Any] = {"max_retries": 5, "retry_timeout": timedelta(seconds=20), "backoff": {"init_backoff": timedelta(milliseconds=200), "max_backoff": timedelta(seconds=4), "base": 2}}
DELTA_RETRIES = {"max_retries": "5", "retry_timeout": "20s", "backoff_config.init_backoff": "200ms", "backoff_config.max_backoff": "4s"}
TIMEOUTS = {"connect_timeout": "5s", "timeout": "25s"}
DELTA_TIMEOUTS = {**TIMEOUTS, "timeout": "40s"}  # compaction writes pieces of 5 MB
# Two files of two pieces at once have time enough on a line of 5 Mbit/s.
PIECE, UPLOADS, UPLOAD_TIMEOUT = 8 << 20, 2, "60s"


def open_store(address: str, options: Mapping[str, str]) -> ObjectStore:
    """A store whose root is the address."""
    from obstore.store import from_url

    config, client = _parted(options)
    opened: ObjectStore = from_url(address, config=config, client_options=client, retry_config=RETRIES)  # type: ignore[call-overload] # the keys are the store's own
    return opened


def _parted(options: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Any]]:
    """The options of the store itself, and those of its client."""
    client: dict[str, Any] = {**TIMEOUTS, **{k: v for k, v in options.items() if k in ("timeout", "connect_timeout", "proxy_url")}}
    own = {k: v for k, v in options.items() if k not in client and k != "allow_http"}
    return own, {**client, **({"allow_http": True} if options.get("allow_http") == "true" else {})}


def filesystem(scheme: str, options: Mapping[str, str]) -> Any:
    """An fsspec file system for an engine that can't read this kind of store itself."""
    from obstore.fsspec import FsspecStore

    config, client = _parted(options)
    return FsspecStore(scheme, config=config, client_options=client, retry_config=RETRIES)  # type: ignore[call-overload] # any scheme that obstore knows


class ObjectStorage:
    """The lake's root as a prefix in a bucket. ``copies``: the folder on this machine for what a run writes."""

    def __init__(self, root: str, declared: Mapping[str, str] | None = None, copies: str | None = None) -> None:
        self.root = root.rstrip("/")
        bucket, _, prefix = self.root.partition("://")[2].partition("/")
        if not bucket or not _PLAIN.match(bucket) or (prefix and not _PLAIN.match(prefix)):
            raise LakeError(f"the lake {root!r} has no plain address", advice="write s3://bucket/prefix with letters, digits, - _ . = only")
        options = object_options(root, declared)
        self.options: Mapping[str, str] | None = {**options, **DELTA_RETRIES, **DELTA_TIMEOUTS, **({"conditional_put": "etag"} if scheme_of(root) in ("s3", "s3a") else {})}
        self._store = open_store(self.root, options)
        self._patient = open_store(self.root, {**options, "timeout": UPLOAD_TIMEOUT})
        self._within, self._copies = copies, ""
        self._placed: dict[str, str] = {}
        self._seen: dict[str, int] = {}

    def path(self, name: str) -> str:
        return f"{self.root}/{name}"

    def read(self, name: str) -> bytes | None:
        found = self._found(name)
        return found[0] if found and found[0] else None

    def _found(self, name: str) -> tuple[bytes, Any] | None:
        """An object's content and what identifies that very content; None if there is none."""
        with self._told():
            try:
                got = self._store.get(name)
                return bytes(got.bytes()), {key: value for key, value in got.meta.items() if key in ("e_tag", "version") and value is not None}
            except FileNotFoundError as error:
                if "NoSuchBucket" in str(error):
                    raise lost(self.root, "there is no such bucket") from error
                return None

    def swap(self, name: str, expected: bytes | None, new: bytes | None) -> bool:
        """As the port says. An empty object counts as absent: a conditional delete exists in few stores, a conditional put in all."""
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        found = self._found(name)
        if (found[0] if found else b"") != (expected or b""):
            return False
        content = new or b""
        with self._told():
            try:
                self._store.put(name, content, mode="create" if found is None else found[1])
            except (AlreadyExistsError, PreconditionError):
                # The answer to our own put may have been lost, and the put asked again: look whose content it is.
                now = self._found(name)
                return bool(content) and now is not None and now[0] == content
        return True

    def make_folder(self, name: str) -> str:
        if not self._copies:
            if self._within is not None:
                os.makedirs(self._within, exist_ok=True)
            self._copies = tempfile.mkdtemp(prefix=COPIES, dir=self._within)
        path = os.path.join(self._copies, *name.split("/"))
        os.makedirs(path, exist_ok=True)
        return path

    def place(self, name: str, files: Sequence[str]) -> list[str]:
        folder = self.make_folder(name)
        names = [_plain(os.path.relpath(file, folder).replace(os.sep, "/")) for file in files]
        self._all(lambda pair: self._upload(f"{name}/{pair[0]}", pair[1]), list(zip(names, files, strict=True)), UPLOADS)
        self._placed.update(zip((f"{self.path(name)}/{n}" for n in names), files, strict=True))
        return names

    def put_new(self, name: str, content: bytes) -> None:
        """A small object, of a name never given before."""
        with self._told():
            self._store.put(name, content, mode="create")

    def contents(self, name: str) -> list[tuple[str, bytes]]:
        """The small objects below a name, in order of their names."""
        names = sorted(o["path"] for o in self._below(name))
        return list(zip(names, (found or b"" for found in self._all(self.read, names)), strict=True))

    def _upload(self, name: str, file: str) -> None:
        with self._told():
            self._patient.put(name, Path(file), chunk_size=PIECE, max_concurrency=UPLOADS)

    def nearest(self, file: str) -> str:
        copy = self._placed.get(file)
        return copy if copy is not None and os.path.exists(copy) else file

    def leave(self) -> None:
        self._placed.clear()
        if self._copies:
            shutil.rmtree(self._copies, ignore_errors=True)
            self._copies = ""

    def drop_folder(self, name: str) -> None:
        names = [o["path"] for o in self._below(name)]
        log = f"{name}/{LOG}/"
        for part in ([n for n in names if not n.startswith(log)], [n for n in names if n.startswith(log)]):
            self._delete(part)

    def heads(self) -> dict[str, int | None]:
        found: list[str] = []
        folders = list(ZONES)
        while folders:
            below: list[str] = []
            for folder, inside in zip(folders, self._all(self._folders, folders), strict=True):
                if f"{folder}/{LOG}" in inside:
                    found.append(folder)
                else:
                    below += inside
            folders = below
        found.sort()
        return dict(zip(found, self._all(self.head, found), strict=True))

    def _folders(self, folder: str) -> list[str]:
        with self._told():
            return list(self._store.list_with_delimiter(folder)["common_prefixes"])

    def head(self, name: str) -> int | None:
        seen = self._seen.get(name)
        # A log only grows: from the version seen last on, one page of the listing tells what is new.
        log = self._log(name, f"{name}/{LOG}/{seen:020d}") if seen is not None else {}
        head = max((int(m[1]) for m in map(VERSION.match, log or self._log(name)) if m), default=None)
        if head is not None:
            self._seen[name] = head
        return head

    def _log(self, name: str, offset: str | None = None) -> dict[str, ObjectMeta]:
        return {o["path"].rsplit("/", 1)[1]: o for o in self._below(f"{name}/{LOG}", offset)}

    def has_version(self, name: str, version: int) -> bool:
        with self._told():
            try:
                self._store.head(f"{name}/{LOG}/{version:020d}.json")
            except FileNotFoundError:
                return False
        return True

    def all_there(self, name: str, files: Iterable[str]) -> bool:
        files = set(files)
        return not files or files <= {self.path(o["path"]) for o in self._below(name)}

    def log_files_before(self, name: str, version: int) -> Iterator[Stored]:
        entries = self._log(name)
        for found in superfluous(entries, version):
            yield self._stored(entries[found])

    def data_files(self) -> Iterator[Stored]:
        for zone in ZONES:
            for found in self._below(zone):
                if found["path"].endswith(".parquet") and f"/{LOG}/" not in found["path"]:
                    yield self._stored(found)

    def delete(self, paths: Sequence[str]) -> None:
        self._delete([path.removeprefix(self.root + "/") for path in paths])

    def _delete(self, names: Sequence[str]) -> None:
        with self._told():
            for start in range(0, len(names), 1000):
                self._store.delete(list(names[start : start + 1000]))

    def _below(self, name: str, offset: str | None = None) -> Iterator[ObjectMeta]:
        with self._told():
            for some in self._store.list(name, offset=offset, chunk_size=1000):
                yield from some

    def _stored(self, found: ObjectMeta) -> Stored:
        return Stored(self.path(found["path"]), found["size"], found["last_modified"].timestamp())

    def _all(self, ask: Callable[[Any], Any], items: Sequence[Any], at_once: int = AT_ONCE) -> list[Any]:
        """The answers for all items, asked side by side."""
        if len(items) < 2:
            return [ask(item) for item in items]
        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(ask, items))

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what the store raises into a LakeError that says what is the matter."""
        from obstore.exceptions import BaseError

        try:
            yield
        except (BaseError, PermissionError) as error:
            text = str(error)
            raise lost(self.root, unreachable(text) or text.splitlines()[0]) from error


class ObjectNotes:
    """Lines that are only ever added, in an object store: one object a line, below its month."""

    def __init__(self, storage: ObjectStorage, name: str) -> None:
        self._storage, self._name = storage, name

    def add(self, at: dt.datetime, line: bytes) -> None:
        self._storage.put_new(f"{self._name}/{at:%Y-%m/%dT%H%M%S.%f}-{uuid.uuid4().hex}.jsonl", line)

    def contents(self) -> Iterator[tuple[str, bytes]]:
        yield from self._storage.contents(self._name)


def _plain(name: str) -> str:
    """A file's name as every program writes it alike; what stands in it otherwise (signs in a partition's value) says nothing anyway."""
    return name if _PLAIN.match(name) else f"{uuid.uuid4().hex}.parquet"
