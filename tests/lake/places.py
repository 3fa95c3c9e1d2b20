"""Where the lakes of these tests lie: the same hands on a folder and on a bucket, past the lake's own code."""

from __future__ import annotations

import shutil
from pathlib import Path

import obstore
from obstore.store import from_url


class Folder:
    """A lake's files in a folder."""

    kind = "folder"

    def __init__(self, root):
        self.root = str(root)

    def names(self):
        return sorted(p.relative_to(self.root).as_posix() for p in Path(self.root).rglob("*") if p.is_file())

    def read(self, name):
        path = Path(self.root, name)
        return path.read_bytes() if path.exists() else None

    def write(self, name, content):
        path = Path(self.root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def delete(self, name):
        """A file, or a folder with all below it."""
        path = Path(self.root, name)
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    def copy(self, to):
        shutil.copytree(self.root, to.root)
        return to


class Bucket:
    """A lake's objects below a prefix."""

    kind = "s3"

    def __init__(self, root):
        self.root = root
        self.store = from_url(root, client_options={"allow_http": True})

    def names(self):
        return sorted(o["path"] for some in self.store.list() for o in some)

    def read(self, name):
        try:
            # What is empty counts as absent: so a lease is given back.
            return bytes(self.store.get(name).bytes()) or None
        except FileNotFoundError:
            return None

    def write(self, name, content):
        self.store.put(name, content)

    def delete(self, name):
        self.store.delete([n for n in self.names() if n == name or n.startswith(name + "/")])

    def copy(self, to):
        for name in self.names():
            to.store.put(name, bytes(obstore.get(self.store, name).bytes()))
        return to


def place_of(lake):
    """The hands on a lake's files."""
    return Bucket(lake.storage.root) if "://" in lake.storage.root else Folder(lake.storage.root)
