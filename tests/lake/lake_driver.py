"""A process that writes a lake and kills itself: ``python lake_driver.py LAKE FILES STEP`` or ``… forever``.

With a STEP it performs the run ``B`` (once: it does nothing when that is published) and sends itself SIGKILL just before its
STEP-th write, so that every point between two writes is tried. Prints the number of writes when it gets to the end.
"""

import datetime as dt
import os
import shutil
import signal
import sys
from pathlib import Path

from borough.engine.port import WrittenFile
from borough.lake import Column, Lake, compact, delta, objects, runs, storage

NOW = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
ID, EXTRA, CODE = Column("id", "long"), Column("extra", "string"), Column("code", "string", personal=True)
LOG, CURRENT, NEW, STILL = "silver/a/log", "silver/a/current", "gold/new", "system/still"


def copied(writer, name, path, rows):
    """A prepared Parquet file, copied into the table's folder as an engine would write it."""
    to = writer.new_file(name)
    shutil.copyfile(path, to)
    return [WrittenFile(to, rows, os.path.getsize(to))]


def write(lake, files):
    """The run ``B``: appends with a new column, replaces with a new schema, creates, compacts, publishes."""
    last = lake.published()
    if last and last.record.get("run") == "B":
        return
    with lake.writer(now=NOW, holder="driver") as writer:
        writer.append(LOG, copied(writer, LOG, files / "extra.parquet", 2), [ID, EXTRA], app="feed a")
        writer.append(LOG, copied(writer, LOG, files / "id.parquet", 3), [ID], app="feed b")
        writer.replace(CURRENT, copied(writer, CURRENT, files / "code.parquet", 2), [CODE], app="current")
        writer.append(NEW, copied(writer, NEW, files / "id.parquet", 3), [ID], app="report")
        writer.append(NEW, [], [Column("id", "long", personal=True)], app="marks")
        compact(writer, [STILL], above_files=1)
        writer.publish({"run": "B", "properties": {LOG: {"tail": 5}}})


def write_forever(lake, files):
    """Run after run: each adds the same rows to two tables."""
    while True:
        with lake.writer(now=NOW, holder="driver") as writer:
            for name in (LOG, CURRENT):
                writer.append(name, copied(writer, name, files / "id.parquet", 3), [ID], app="feed")
            if writer.number % 5 == 0:
                compact(writer, above_files=4)
            writer.publish({"run": writer.number})


class Killer:
    """Counts the writes of this process and kills it before the one that was asked for."""

    def __init__(self, step):
        self.step, self.count = step, 0

    def watch(self, owner, name):
        original = getattr(owner, name)

        def watched(*args, **kwargs):
            self.count += 1
            if self.count == self.step:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*args, **kwargs)

        setattr(owner, name, watched)


def main():
    files = Path(sys.argv[2])
    lake = Lake(sys.argv[1], scratch=str(files / "copies"))  # killed, it leaves them
    if sys.argv[3] == "forever":
        write_forever(lake, files)
    killer = Killer(int(sys.argv[3]))
    for owner, names in (
        (delta, ("create_table", "add_columns", "mark_personal", "commit_files", "restore", "optimize")),
        (runs, ("publish",)),
        (storage.LocalStorage, ("swap", "drop_folder", "make_folder")),
        (objects.ObjectStorage, ("swap", "drop_folder", "place", "_upload", "_delete")),
        *([] if "://" in sys.argv[1] else [(os, ("replace", "unlink", "rmdir", "makedirs")), (shutil, ("copyfile", "rmtree"))]),
    ):
        for name in names:
            killer.watch(owner, name)
    write(lake, files)
    print(killer.count)


if __name__ == "__main__":
    main()
