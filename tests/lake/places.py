"""Where the lakes of these tests lie: the same hands on a folder and on a bucket, past the lake's own code."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar

from obstore.store import from_url


class Folder:
    """A lake's files in a folder."""

    kind = "folder"
    options = None
    """What other programs need to read here."""

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
        """The same lake in another place. Returns the new place's hands."""
        shutil.copytree(self.root, to)
        return Folder(to)


class Bucket:
    """A lake's objects below a prefix."""

    kind = "s3"
    options: ClassVar = {"allow_http": "true"}

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
        copied = Bucket(to)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda name: copied.store.put(name, bytes(self.store.get(name).bytes())), self.names()))
        return copied


def place_at(root):
    """The hands on the files of a lake at a root."""
    return Bucket(root) if "://" in root else Folder(root)


def place_of(lake):
    """The hands on a lake's files."""
    return place_at(lake.storage.root)
