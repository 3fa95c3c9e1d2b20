"""Attributes with everything filled in and bound: what the YAML says, against the columns and entities that there are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from borough.catalogue.contracts import LOGICAL
from borough.compile.expressions import Bound
from borough.project.dna_specs import OF_ROWS, AttributeSpec

COUNTED = frozenset({"count", "sum", "change", "distinct", "trend", "rate"})
"""Kinds that are 0, and not empty, where no row counts."""
APPEARANCE = "appearance"
"""The source of where people and organisations appear, in any dataset that is not special."""
SHIPPED = ("property", "person", "household", "landlord")
MISSING = "_missing"


@dataclass(frozen=True)
class Window:
    """So much time up to a day: the day itself included, the day so much earlier not."""

    number: int
    unit: str  # day | week | month | year

    def before(self, day: str, times: int = 1) -> str:
        """SQL of the last day before the window that ends on a day; or before several windows in a row."""
        return f"CAST({day} - INTERVAL {self.number * times} {self.unit.upper()} AS DATE)"

    def number_of(self, unit: str) -> float:
        """Its length in weeks, months or years."""
        days = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}
        return self.number if unit == self.unit else self.number * days[self.unit] / days[unit]


@dataclass(frozen=True)
class Source:
    """Whose rows, and by what they are about an entity. Attributes of one source are made in one scan."""

    dataset: str
    by: str
    """A column of the dataset, or an address or a person of it: ``via`` says which."""
    via: str  # column | address | person | appearance


@dataclass(frozen=True)
class Attribute:
    """One attribute of an entity, ready to be compiled. ``type`` is a contract's type, ``missing`` SQL of the value that nothing counts as."""

    name: str
    entity: str
    group: str
    spec: AttributeSpec
    type: str
    owner: str | None
    purposes: tuple[str, ...]
    sensitivity: str
    source: Source | None = None
    value: Bound | None = None
    where: Bound | None = None
    on: Bound | None = None
    until: Bound | None = None
    window: Window | None = None
    dated: bool = False
    """Do rows of later days not count? So where ``on`` was declared, or the kind asks for a date."""
    missing: str | None = None
    reads: tuple[str, ...] = ()
    made_from: tuple[tuple[str, str], ...] = ()
    """Columns of datasets, its own and through other attributes."""
    lacks: str | None = None
    """The dataset that it needs and the project has not: then it is empty everywhere."""

    @property
    def kind(self) -> str:
        return self.spec.kind

    @property
    def of_rows(self) -> bool:
        return self.kind in OF_ROWS

    @property
    def logical(self) -> str:
        """The lake's type of the value."""
        return LOGICAL[self.type]

    @property
    def stored(self) -> str:
        """The lake's type of what is kept of it: of a recency the day, which stands while days pass."""
        return "date" if self.kind == "recency" else self.logical


@dataclass(frozen=True)
class Population:
    """The entities that there are: rows of a dataset, or whoever appears."""

    source: Source
    where: Bound | None = None


@dataclass(frozen=True)
class Profile:
    """All attributes of one entity, those that are read by others first."""

    entity: str
    key_type: str  # integer | string
    attributes: tuple[Attribute, ...]
    population: Population | None
    """None: those of which anything is told."""

    @property
    def logical_key(self) -> str:
        return LOGICAL[self.key_type]

    def of_source(self, source: Source) -> tuple[Attribute, ...]:
        return tuple(a for a in self.attributes if a.source == source)

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources of its attributes and of the entities themselves, in order."""
        own = (self.population.source,) if self.population else ()
        return tuple(dict.fromkeys([*own, *(a.source for a in self.attributes if a.source is not None)]))

    @property
    def kept(self) -> tuple[Attribute, ...]:
        """Those made from rows: kept by entity. The others are made of them."""
        return tuple(a for a in self.attributes if a.of_rows)

    def attribute(self, name: str) -> Attribute | None:
        return next((a for a in self.attributes if a.name == name), None)

    def only(self, names: Collection[str]) -> Profile:
        """The same entity with these attributes alone, and those that they read."""
        wanted = set(names)
        for attribute in reversed(self.attributes):  # those that are read come first
            if attribute.name in wanted:
                wanted.update(attribute.reads)
        return replace(self, attributes=tuple(a for a in self.attributes if a.name in wanted))

    @property
    def of_neighbours(self) -> frozenset[str]:
        """The attributes for which other entities must be known: aggregates over neighbours, and what is made of them."""
        found: set[str] = set()
        for attribute in self.attributes:
            if attribute.kind == "neighbours" or found & set(attribute.reads):
                found.add(attribute.name)
        return frozenset(found)


def profile_columns(profile: Profile) -> tuple[tuple[str, str], ...]:
    """The columns of a profile with the lake's types: the entity, the day, and each attribute with its flag, by name."""
    cells: list[tuple[str, str]] = [(profile.entity, profile.logical_key), ("as_of", "date")]
    for attribute in sorted(profile.attributes, key=lambda a: a.name):
        cells += [(attribute.name, attribute.logical), (attribute.name + MISSING, "boolean")]
    return tuple(cells)


def kept_columns(profile: Profile) -> tuple[tuple[str, str], ...]:
    """The columns of what is kept by entity, with the lake's types."""
    return (("entity", profile.logical_key), *((a.name, a.stored) for a in profile.kept))
