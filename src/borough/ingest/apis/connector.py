"""The connector for REST APIs that answer JSON: each run is one extract, all pages of a resource or those with what is new."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from borough.engine.port import Engine
from borough.engine.quoting import locations
from borough.errors import FeedError
from borough.ingest.apis.client import pages
from borough.ingest.block import working_folder
from borough.ingest.bronze_files import Writer
from borough.ingest.cursors import furthest, going_on
from borough.ingest.formats.documents import InvalidJSONError, Shape, head_columns, read_documents, records_of
from borough.ingest.formats.quick_json import as_json
from borough.ingest.port import Batch, Found, Received, Since, Stamp, as_it_is, extract_now
from borough.project.connect import ApiSpec, ResourceSpec
from borough.project.resolve import ResolvedFeed


class ApiConnector:
    """A resource of an API. See ``Connector``."""

    live = True

    def __init__(self, feed: ResolvedFeed, engine: Engine, scratch: Path, now: dt.datetime, since: Since) -> None:
        self._feed, self._engine, self._scratch, self._now, self._since = feed, engine, scratch, now, since

    @property
    def _api(self) -> ApiSpec:
        api = self._feed.source.connect.api
        assert api is not None, "check found it"
        return api

    @property
    def _resource(self) -> ResourceSpec:
        resource = self._feed.feed.resource
        assert resource is not None, "a feed of an API has one"
        return resource

    def discover(self) -> list[Found]:
        """One extract, of now. The API is not asked yet."""
        return [extract_now(self._resource.path, self._now)]

    def digest(self, found: Found) -> str | None:
        return None

    def columns(self, found: Found) -> tuple[str, ...]:
        with working_folder(self._scratch) as folder:
            lines, _count, _digest = self._fetch(folder, first_page=True)
            names = head_columns(replace(found, path=str(lines)), Shape()) if lines.stat().st_size else ()
        if not names:
            raise FeedError(f"{found.path}: the API sent no records, so there are no column names", advice="look at the resource")
        return names

    def receive(self, found: Sequence[Found], into: str, stamp: Stamp = as_it_is) -> Batch:
        if not found:
            return Batch((), (), ())
        (one,) = found
        with working_folder(self._scratch) as folder:
            lines, count, digest = self._fetch(folder)
            if count == 0 or digest == self._since.sha256:
                same = self._since.sha256 is not None and (digest == self._since.sha256 or self._feed.feed.cursor is not None)
                notices = () if same else ("no records",)
                return Batch((), (), (Received(one, digest, 0, 0, (), "utf-8", notices, same=same, bookmark=self._since.bookmark),))
            writer = Writer(self._engine, folder, Path(into), stamp)
            with writer.workshop() as shop:
                (received,), block = read_documents([replace(one, path=str(lines))], Shape(), shop)
                if received.problem is None and received.rows != count:
                    received = replace(received, rows=0, problem=f"{received.rows:,} records were read, but {count:,} came; please report this API")
                elif block is not None:
                    writer.add(block)
            received = replace(received, found=one, sha256=digest)
            files = tuple(writer.finish())
            if received.problem is None:
                received = self._marked(received, [f.path for f in files])
        return Batch(files, received.columns, (received,))

    def _fetch(self, folder: Path, first_page: bool = False) -> tuple[Path, int, str]:
        """The records, one a line, as they were written; how many the client found; the sha256 of the lines."""
        lines, count, digest = folder / "records.jsonl", 0, hashlib.sha256()
        with lines.open("w", encoding="utf-8") as file:
            for page in pages(self._api, self._feed.source.connect.retry, self._resource, self._params()):
                text = "".join(f"{as_json(record)}\n" for record in self._records(page.text, page.path)) if page.records else ""
                file.write(text)
                digest.update(text.encode())
                count += page.records
                if first_page and count:
                    break
        return lines, count, digest.hexdigest()

    def _records(self, text: str, path: str | None) -> Iterator[object]:
        try:
            yield from records_of(text, Shape(path))
        except InvalidJSONError as error:
            raise FeedError(f"{self._resource.path}: {error}", advice="declare where the records are: records: …") from error

    def _params(self) -> dict[str, str]:
        cursor = self._feed.feed.cursor
        start = going_on(cursor, self._since.bookmark) if cursor is not None else None
        return {**self._resource.params, **({cursor.param: start} if cursor is not None and cursor.param and start is not None else {})}

    def _marked(self, received: Received, files: Sequence[str]) -> Received:
        """With the bookmark from which the next run goes on: never before that of the last."""
        cursor = self._feed.feed.cursor
        if cursor is None:
            return received
        if cursor.column not in received.columns:
            near = ", ".join(received.columns[:12])
            raise FeedError(f"{self._resource.path}: no cursor {cursor.column!r} in the records, which have {near}", advice="mend cursor.column in the feed")
        value, nothing = furthest(self._engine, f"read_parquet({locations(files)}, hive_partitioning=false)", cursor, self._since.bookmark)
        notices = (*received.notices, f"{nothing:,} records have no {cursor.column}") if nothing else received.notices
        return replace(received, notices=notices, bookmark=value)
