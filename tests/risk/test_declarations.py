"""What is wrong with a model is found before anything is read, and said with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.council import borough
from tests.risk.world import FEATURES, begin, model

CASES = {
    "an unknown attribute": (model("cals: log"), "unknown attribute 'cals'", "did you mean 'calls'"),
    "the outcome's own dataset": (model("visits: log"), "made from visit, which the outcome itself sets", ""),
    "the outcome, through another": (model("often_visited: linear"), "(through visits), made from visit, which the outcome itself sets", ""),
    "what follows from a visit": (model("notices: log"), "made from notice, which the outcome itself sets", ""),
    "a forbidden feature": (model("nationality: categories"), "which tells of nationality", "nothing of ethnicity"),
    "a text as a number": (model("kind: log"), "`log` of kind, a text", "`categories`"),
    "an unknown entity": ({k: v.replace("entity: home", "entity: hom") for k, v in model().items()}, "'hom', of which no attributes are declared", "did you mean 'home'"),
    "an unknown dataset": ({k: v.replace("from: visit", "from: vist") for k, v in model().items()}, "unknown dataset 'vist'", "did you mean 'visit'"),
    "an unknown column": ({k: v.replace("outcome = 'bad'", "outcom = 'bad'") for k, v in model().items()}, "unknown column", "did you mean 'outcome'"),
    "an unknown purpose": ({k: v.replace("purposes: [enforcement]", "purposes: [enforcment]") for k, v in model().items()}, "unknown purpose 'enforcment'", "enforcement"),
    "a band above 100": (model(also="bands: {High: 120}\n"), "120", "up to 100"),
    "two bands at one rating": (model(also="bands: {High: 50, Top: 50}\n"), "two bands that begin at the same rating", ""),
    "a second stage that nothing joins": ({k: v.replace("  bad: {title: Bad}\n", "  bad: {title: Bad}\n  worse: {title: Worse, given: bad}\n") for k, v in model().items()}, "2 stages and no `licensing:`", ""),
    "a given that is later": ({k: v.replace("  bad: {title: Bad}\n", "  bad: {title: Bad, given: worse}\n") for k, v in model().items()}, "the stage 'worse'", ""),
    "an interaction of no feature": ({k: v.replace("{title: Bad}", "{title: Bad, interactions: [[calls, area]]}") for k, v in model().items()}, "'area', which is no feature", ""),
    "an unknown group": ({k: v.replace("fairness: [area]", "fairness: [arae]") for k, v in model().items()}, "unknown attribute 'arae'", "did you mean 'area'"),
    "no features": ({k: v.replace(FEATURES, "") for k, v in model().items()}, "a stage without features", ""),
}


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_told_where_it_stands(tmp_path: Path, case: str) -> None:
    files, found, also = CASES[case]
    begin(tmp_path, files)
    done = borough("check", "--project", tmp_path)
    assert done.code == 1
    assert "models/risk.yaml:" in done.out + done.err
    assert found in done.out + done.err
    assert also in done.out + done.err


def test_a_sound_model_has_no_mistakes(tmp_path: Path) -> None:
    begin(tmp_path)
    done = borough("check", "--project", tmp_path)
    assert done.code == 0, done.out + done.err


def test_a_dataset_whose_rows_have_no_known_time_is_refused(tmp_path: Path) -> None:
    files = model()
    begin(tmp_path, files)
    fact = tmp_path / "datasets" / "fact.yaml"
    fact.write_text(fact.read_text().replace("known: entered\n", ""))
    source = tmp_path / "sources" / "town.yaml"
    source.write_text(source.read_text().replace("facts_{extract_date:%Y-%m-%d}.csv", "facts.csv"))
    done = borough("check", "--project", tmp_path)
    assert done.code == 1 and "of whose rows it is not known when they were known" in done.out + done.err
