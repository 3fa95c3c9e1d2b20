"""What plain Splink makes of a set of records, set up as its tutorials do: for scale, in the same run."""

from __future__ import annotations

import contextlib
import logging
import warnings
from typing import Any

import polars as pl


def plain_splink(frame: pl.DataFrame, key: str, *, febrl: bool) -> pl.DataFrame:
    """Link the records of a set with Splink as its tutorial of that set does (fake_1000: "deduplicate 50k"-style settings; FEBRL: "febrl 3").

    Returns record and found. Both tutorials cluster at a match probability of 0.95.
    """
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.CRITICAL)
    made: Any = _febrl() if febrl else _fake()
    tidy = frame.with_columns([pl.when(pl.col(c).str.strip_chars() == "").then(None).otherwise(pl.col(c).str.strip_chars()).alias(c) for c in frame.columns])
    with warnings.catch_warnings(), contextlib.redirect_stdout(None):
        warnings.simplefilter("ignore")
        linker = Linker(tidy.to_pandas() if not hasattr(tidy, "to_arrow") else tidy.to_arrow(), made["settings"], db_api=DuckDBAPI(), set_up_basic_logging=False)
        linker.training.estimate_probability_two_random_records_match(made["rules"], recall=made["recall"])
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        for rule in made["training"]:
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        pairs = linker.inference.predict(threshold_match_probability=0.01)
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.95)
    return clusters.as_duckdbpyrelation().pl().select(record=pl.col(key).cast(pl.String), found=pl.col("cluster_id").cast(pl.String))


def _fake() -> dict[str, Any]:
    """The settings of Splink's tutorial on fake_1000."""
    import splink.comparison_library as cl
    from splink import SettingsCreator, block_on

    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="unique_id",
        comparisons=[
            cl.NameComparison("first_name"), cl.NameComparison("surname"), cl.LevenshteinAtThresholds("dob", 1),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True), cl.EmailComparison("email"),
        ],
        blocking_rules_to_generate_predictions=[block_on("first_name", "city"), block_on("surname")],
    )  # fmt: skip
    rules = ["l.first_name = r.first_name and levenshtein(r.dob, l.dob) <= 1", "l.surname = r.surname and levenshtein(r.dob, l.dob) <= 1", "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2 and l.email = r.email"]
    return {"settings": settings, "rules": rules, "recall": 0.7, "training": [block_on("first_name", "surname"), block_on("dob")]}


def _febrl() -> dict[str, Any]:
    """The settings of Splink's example on FEBRL 3."""
    import splink.comparison_library as cl
    from splink import SettingsCreator, block_on

    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="rec_id",
        comparisons=[
            cl.NameComparison("given_name"), cl.NameComparison("surname"), cl.LevenshteinAtThresholds("date_of_birth", 1),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]), cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("soc_sec_id"), block_on("given_name", "surname"), block_on("given_name", "postcode"), block_on("surname", "postcode"), block_on("date_of_birth"),
        ],
    )  # fmt: skip
    rules = ["l.given_name = r.given_name and l.surname = r.surname and levenshtein(r.date_of_birth, l.date_of_birth) <= 1", "l.soc_sec_id = r.soc_sec_id"]
    return {"settings": settings, "rules": rules, "recall": 0.6, "training": [block_on("date_of_birth"), block_on("postcode"), block_on("soc_sec_id")]}
