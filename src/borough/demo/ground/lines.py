"""How an address is written: postcodes, and the gazetteer's line."""

from __future__ import annotations

import polars as pl

DELIVERIES = 18
"""Delivery points of a postcode, about."""
OUTWARDS = 3
"""Outward codes of a district (NM1, NM2, NM3 …)."""
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
"""Those that stand in the second half of a postcode."""


def postcodes(plots: pl.DataFrame, district: int) -> pl.Series:
    """For each building its postcode: about so many deliveries on one side of a street; by the order of streets, so that neighbours are alike."""
    deliveries = pl.when(pl.col("kind") == "land").then(0).otherwise(pl.max_horizontal("units", 1) + (pl.col("kind") == "above_shop").cast(pl.Int64))
    before = deliveries.cum_sum().over("street", "side") - deliveries
    round_ = plots.select("street", "side", chunk=before // DELIVERIES)
    number = round_.unique(maintain_order=True).sort("street", "side", "chunk").with_row_index("n")
    many = len(number)
    each = -(-many // OUTWARDS)
    n = pl.col("n").cast(pl.Int64)
    within = (n % each * 1597) % 4000
    letters = pl.DataFrame({"pair": list(range(400)), "inward": [a + b for a in LETTERS for b in LETTERS]})
    coded = number.select("street", "side", "chunk", outward=district * OUTWARDS + 1 + n // each, digit=within // 400, pair=within % 400)
    coded = coded.join(letters, on="pair", how="left", maintain_order="left")
    text = coded.with_columns(postcode=pl.format("NM{} {}{}", "outward", "digit", "inward")).select("street", "side", "chunk", "postcode")
    return round_.join(text, on=["street", "side", "chunk"], how="left", maintain_order="left")["postcode"]


def address() -> pl.Expr:
    """The gazetteer's line, in capitals, of the columns of properties."""
    text = pl.lit(None, pl.String)
    number = pl.col("number").cast(pl.String) + pl.col("suffix").fill_null("") + ("-" + pl.col("number_to").cast(pl.String)).fill_null("")
    flat = pl.when(pl.col("flat").is_not_null() | pl.col("flat_suffix").is_not_null()).then(
        "Flat " + pl.col("flat").cast(pl.String).fill_null("") + pl.col("flat_suffix").fill_null("")
    )
    street = pl.when(pl.col("number").is_not_null()).then(number + " " + pl.col("street_name")).otherwise("street_name")
    named = pl.when(pl.col("organisation") != pl.col("building")).then("organisation").when(pl.col("building").is_null()).then("organisation").otherwise(text)
    parts = [named, pl.coalesce("flat_text", flat), pl.col("building"), street, pl.col("locality"), pl.col("town"), pl.col("postcode")]
    return pl.concat_str(parts, separator=", ", ignore_nulls=True).str.to_uppercase()
