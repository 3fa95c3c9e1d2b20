"""From what a project declares in ``models/`` to models that can be fitted, and every mistake on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from borough.catalogue.contracts import added_columns, contract_types
from borough.compile.attributes.derivation import derived_types
from borough.compile.attributes.lookup import key_of, source_of
from borough.compile.attributes.model import Attribute, Profile
from borough.compile.expressions import Bound, ExpressionError, bind
from borough.compile.models.guard import barred
from borough.compile.models.model import LOW, REGISTER, Feature, Model, Stage
from borough.errors import Mistake
from borough.governance.classification import strictest
from borough.library import shelf
from borough.project.explain import nearest, one_of
from borough.project.findings import Findings, Where
from borough.project.load import Project
from borough.project.model_specs import FeatureSpec, ModelSpec, StageSpec

_KINDS = {"integer": "number", "number": "number", "money": "number", "boolean": "yes", "string": "text"}
_INTO = {"bins": 8, "spline": 4}
_COUNTED = ("count", "sum", "distinct", "recency", "change")


def models(project: Project, profiles: Mapping[str, Profile]) -> tuple[dict[str, Model], list[Mistake]]:
    """Every declared model by name, and every mistake. A model with a mistake is left out."""
    findings, made = Findings(project), {}
    for name, spec in project.models.items():
        before = len(findings.mistakes)
        model = _Resolving(findings, project, name, spec, profiles).model()
        if model is not None and len(findings.mistakes) == before:
            made[name] = model
    return made, sorted(set(findings.mistakes))


@dataclass
class _Resolving:
    """One model while it is resolved."""

    findings: Findings
    project: Project
    name: str
    spec: ModelSpec
    profiles: Mapping[str, Profile]
    types: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, Attribute] = field(default_factory=dict)

    def at(self, *path: str | int) -> Where:
        return Where("model", self.name, path)

    def model(self) -> Model | None:
        spec, findings = self.spec, self.findings
        profile = self.profiles.get(spec.entity)
        if profile is None:
            if not findings.anything_broken("dna"):
                findings.error(self.at("entity"), f"the entity {findings.said(self.at('entity'), spec.entity)}, of which no attributes are declared", f"an entity with attributes: {one_of(sorted(self.profiles)) or 'borough dna add copies those of the library'}", nearest(spec.entity, self.profiles))
            return None
        self.attributes = {a.name: a for a in profile.attributes}
        dataset = spec.outcome.from_
        if dataset not in self.project.datasets:
            if not findings.is_declared("dataset", dataset):
                bringing = [name for name, ready in shelf.sources().items() if dataset in ready.fills]
                if bringing:
                    findings.error(self.at("outcome", "from"), f"the dataset {dataset!r}, which the project has not", f"`borough source add {bringing[0]}` brings it")
                    return None
                findings.error(self.at("outcome", "from"), f"unknown dataset {findings.said(self.at('outcome', 'from'), dataset)}", f"a dataset: {one_of(sorted(self.project.datasets))}", nearest(dataset, self.project.datasets))
            return None
        source = source_of(findings, self.at("outcome"), spec.entity, dataset, spec.outcome.by)
        self._purposes()
        self._bands()
        statuses = {f"{REGISTER}{way}": "string" for way in spec.register_.ways} if spec.register_ is not None else {}
        self.types = contract_types(self.project.datasets[dataset]) | statuses
        out = {key: self._bound(getattr(spec.outcome, key), kind, "outcome", key) for key, kind in (("on", "date"), ("where", "boolean"), ("yes", "boolean"), ("reason", "string"), ("random", "boolean"), ("spare", "boolean"))}
        population = self._bound(spec.population, "boolean", "population", types=derived_types(self.attributes))
        stages = tuple(s for name, stage in spec.stages.items() if (s := self._stage(name, stage, out["yes"], statuses)) is not None)
        self._register()
        for key, names in (("fairness", spec.fairness), ("split", (spec.split.by,) if spec.split.by else ())):
            for name in names:
                if name not in self.attributes:
                    findings.error(self.at(key), f"unknown attribute {name!r}", f"an attribute of {spec.entity}", nearest(name, self.attributes))
        if source is None or out["on"] is None or out["yes"] is None or len(stages) < len(spec.stages):
            return None
        ways = {n: (w.people, w.households) for n, w in spec.register_.ways.items()} if spec.register_ else {}
        used = [self.attributes[f.name].sensitivity for s in stages for f in s.features if f.name in self.attributes]
        return Model(self.name, spec, profile.key_type, source, out["on"], out["where"], out["yes"], out["reason"], out["random"], out["spare"], population, stages, self._area(), strictest(["internal", *used]), ways)

    def _bound(self, text: str | None, kind: str, *path: str, types: Mapping[str, str] | None = None) -> Bound | None:
        if text is None:
            return None
        where = self.at(*path)
        try:
            return bind(text, types or self.types, as_type=kind)
        except ExpressionError as error:
            for f in error.faults:
                place = self.project.place(where.kind, where.name, *where.path, line=f.line, column=f.column)
                self.findings.mistakes.append(Mistake(place, f.found, f.expected, f.nearest))
            return None

    def _stage(self, name: str, spec: StageSpec, outcome: Bound | None, statuses: Mapping[str, str]) -> Stage | None:
        at = self.at("stages", name)
        earlier = list(self.spec.stages)[: list(self.spec.stages).index(name)]
        if spec.given is not None and spec.given not in earlier:
            self.findings.error(at.below("given"), f"the stage {spec.given!r}", f"an earlier stage: {one_of(earlier) or 'there is none'}", nearest(spec.given, earlier))
        yes = self._bound(spec.yes, "boolean", "stages", name, "yes") if spec.yes is not None else outcome
        where = self._bound(spec.where, "boolean", "stages", name, "where")
        features = [*self._features(self.at("features"), self.spec.features, statuses, name), *self._features(at.below("features"), spec.features, statuses, name)]
        if not features and not self.findings.mistakes:
            self.findings.error_at_key(at, "a stage without features", "`features:` with attributes, of the stage or of the model")
        have = {f.name for f in features}
        for i, pair in enumerate(spec.interactions):
            for one in pair:
                if one not in have:
                    self.findings.error(at.below("interactions", i), f"{one!r}, which is no feature of the stage", "two of its features", nearest(one, have))
        unique = {f.name: f for f in features}
        return Stage(name, spec, yes, where, tuple(unique.values()), spec.interactions) if yes is not None else None

    def _features(self, at: Where, features: Mapping[str, FeatureSpec], statuses: Mapping[str, str], stage: str) -> Iterator[Feature]:
        del stage
        sets = frozenset({self.spec.outcome.from_, *self.spec.outcome.sets, *_referring(self.project, self.spec.outcome.from_)})
        for name, spec in features.items():
            where = at.below(name)
            if name in statuses:
                yield Feature(name, "text", "categories", 0)
                continue
            attribute = self.attributes.get(name)
            if attribute is None:
                self.findings.error_at_key(where, f"unknown attribute {name!r}", f"an attribute of {self.spec.entity}" + (f", or {one_of(sorted(statuses))}" if statuses else ""), nearest(name, [*self.attributes, *statuses]))
                continue
            for found, expected in barred(self.project, attribute, self.attributes, sets, self.spec.purposes):
                self.findings.error_at_key(where, found, expected)
            kind = _KINDS.get(attribute.type)
            if kind is None:
                self.findings.error_at_key(where, f"the {attribute.type} {name!r}", "a number, text, or a yes and no; a recency says how long ago a date was")
                continue
            transform = _transform(attribute, kind, spec)
            if (kind == "text") != (transform == "categories") and kind != "number":
                self.findings.error_at_key(where, f"`{transform}` of {name}, {'a text' if kind == 'text' else 'a yes or no'}", "`categories`" if kind == "text" else "`linear`")
                continue
            yield Feature(name, kind, transform, spec.into or _INTO.get(transform, 0))

    def _area(self) -> tuple[str, str, str] | None:
        area = self.spec.area
        if area is None:
            return None
        key, dataset = key_of(self.project, self.spec.entity)
        contract = self.project.datasets.get(dataset or "")
        if contract is None or area not in contract.areas:
            areas = sorted(contract.areas) if contract is not None else []
            self.findings.error(self.at("area"), f"unknown area {area!r}", f"an area of {dataset or self.spec.entity}: {one_of(areas) or 'it has none'}", nearest(area, areas))
            return None
        columns = [c for c in added_columns(self.project, contract) if c.startswith(area)]
        return contract.dataset, key, next((c for c in columns if c.endswith("name")), columns[0])

    def _purposes(self) -> None:
        known = self.project.borough.purposes
        for i, purpose in enumerate(self.spec.purposes):
            if purpose not in known and not self.findings.is_broken("borough", ""):
                self.findings.error(self.at("purposes", i), f"unknown purpose {purpose!r}", f"a purpose of borough.yaml: {one_of(sorted(known)) or 'it has none'}", nearest(purpose, known))

    def _bands(self) -> None:
        edges = list(self.spec.bands.items())
        for name, edge in edges:
            if not 0 < edge <= 100:
                self.findings.error(self.at("bands", name), f"{edge:g}", "a rating above 0 and up to 100")
        if len({e for _, e in edges}) < len(edges):
            self.findings.error_at_key(self.at("bands"), "two bands that begin at the same rating", "bands that differ")
        if LOW in self.spec.bands:
            self.findings.error_at_key(self.at("bands", LOW), "`Low`", f"another name: {LOW} is what is below all bands")

    def _register(self) -> None:
        spec = self.spec.register_
        if spec is None:
            if len(self.spec.stages) > 1:
                self.findings.error_at_key(self.at("stages"), f"{len(self.spec.stages)} stages and no `licensing:`", "one stage, or `licensing:`, which says how they make one rating")
            return
        stages = self.spec.stages
        for path, name in (("rented", spec.rented), *((f"ways.{w}.stage", way.stage) for w, way in spec.ways.items() if way.stage)):
            if name not in stages:
                self.findings.error(self.at("licensing", *path.split(".")), f"unknown stage {name!r}", f"a stage: {one_of(sorted(stages))}", nearest(name or "", stages))
        rest = [w for w, way in spec.ways.items() if way.stage is None]
        if len(rest) != 1:
            self.findings.error_at_key(self.at("licensing", "ways"), f"{len(rest)} ways without a `stage:`", "exactly one: what is left when no stage's way is true")


def _transform(attribute: Attribute, kind: str, spec: FeatureSpec) -> str:
    if spec.as_ != "auto":
        return spec.as_
    if kind == "text":
        return "categories"
    return "log" if kind == "number" and (attribute.kind in _COUNTED or attribute.type in ("integer", "money")) else "linear"


def _referring(project: Project, dataset: str) -> Iterator[str]:
    """The datasets whose rows refer to the outcome's: they follow from it."""
    for name, contract in project.datasets.items():
        if any((c.references or "").partition(".")[0] == dataset for c in contract.columns.values()):
            yield name


