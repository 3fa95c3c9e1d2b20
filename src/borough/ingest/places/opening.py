"""Which store reaches which address. Those for other machines are imported when a feed needs them."""

from __future__ import annotations

from weakref import WeakValueDictionary

from borough.errors import FeedError
from borough.ingest.places.stores import Folders, Store
from borough.project.connect import ConnectSpec
from borough.project.reaching import SCHEMES, WEB, Address

_SERVERS: WeakValueDictionary[tuple[object, ...], Store] = WeakValueDictionary()


def store_for(address: Address | None, connect: ConnectSpec) -> Store:
    """The store at an address; None is this machine. It asks nobody anything yet. Raises FeedError for a scheme nobody knows."""
    if address is None:
        return Folders()
    if address.scheme == "sftp":
        from borough.ingest.places.sftp import SftpServer

        # All feeds of a server share one connection: to make one takes half a second.
        key = (address.shown, address.password, frozenset(connect.options.items()))
        server = _SERVERS.get(key) or SftpServer(address, connect.options)
        _SERVERS[key] = server
        return server
    if address.scheme in WEB:
        from borough.ingest.places.web import WebServer

        return WebServer(address, connect.options)
    if address.scheme in SCHEMES:
        from borough.ingest.places.buckets import Bucket

        return Bucket(address, connect.options)
    raise FeedError(f"{address.scheme}:// is no place for files", advice=f"use a folder, or {', '.join(f'{s}://' for s in SCHEMES)}")
