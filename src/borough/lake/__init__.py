"""The lake: Delta tables on a path, published runs, the lease, maintenance. The only room that imports deltalake."""

from borough.lake.lake import Lake
from borough.lake.maintenance import compact, run_compaction, vacuum
from borough.lake.model import Column, CompactReport, Published, TableState, VacuumReport
from borough.lake.writer import Writer

__all__ = ["Column", "CompactReport", "Lake", "Published", "TableState", "VacuumReport", "Writer", "compact", "run_compaction", "vacuum"]
