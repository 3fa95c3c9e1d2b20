"""Numbers and addresses that look real and reach nobody.

National Insurance numbers are valid in form; their prefixes are ones in use, because no others pass a check. Telephone numbers are of ranges
that no operator has been given, vehicle marks have age identifiers of the 2040s, emails are at domains reserved for examples, NHS numbers
are of the range 999 that is for tests.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from borough.demo.chance import stream
from borough.demo.lives.homes import Flags, Ints

A_DISTRICTS_PEOPLE = 3_000_000
"""More than a district ever has: what keeps the numbers of districts apart."""
_SPREAD = 179_424_673
"""A prime: multiplying by it scatters what would follow one another."""


def _scattered(position: Ints, district: int, size: int) -> Ints:
    """A number below ``size`` for each person, no two the same while all districts have fewer people than that."""
    return ((position + district * A_DISTRICTS_PEOPLE) % size * (_SPREAD % size) + 12_345) % size


def _letters(*alphabets: str) -> list[str]:
    made = [""]
    for alphabet in alphabets:
        made = [m + a for m in made for a in alphabet]
    return made


def ninos(position: Ints, district: int) -> pl.Series:
    """National Insurance numbers."""
    barred = {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}
    prefixes = [p for p in _letters("ABCEGHJKLMNPRSTWXYZ", "ABCEGHJKLMNPRSTWXYZ") if p not in barred]
    # Prime, so that no factor is shared with the spread.
    number = _scattered(position, district, 353_999_981)
    frame = pl.DataFrame({"prefix": number // 1_000_000, "digits": number % 1_000_000, "suffix": number % 4})
    letters = pl.lit(pl.Series(prefixes)).gather(pl.col("prefix"))
    suffix = pl.lit(pl.Series(list("ABCD"))).gather(pl.col("suffix"))
    return frame.select(nino=letters + pl.col("digits").cast(pl.String).str.zfill(6) + suffix)["nino"]


def nhs_numbers(first: Ints, size: int, seed: int, district: int, districts: int) -> pl.Series:
    """NHS numbers for people in the order of ``first`` (places), null where this district's part of the range is used up: the council knows few of them anyway."""
    digits = np.arange(1_000_000)
    weighted = (9 * 10 + 9 * 9 + 9 * 8) + sum((digits // 10 ** (5 - n) % 10) * (7 - n) for n in range(6))
    check = (11 - weighted % 11) % 11
    valid = stream(seed, "nhs").permutation(digits[check != 10])
    share = len(valid) // districts
    own = valid[district * share : (district + 1) * share][:size]
    numbers = np.zeros(size, dtype=np.int64)
    numbers[first[: len(own)]] = 9_990_000_000 + own * 10 + check[own]
    return pl.Series("nhs_number", numbers).replace(0, None).cast(pl.String)


def vrms(position: Ints, district: int) -> pl.Series:
    """Vehicle registration marks of the years 2040 to 2049."""
    towns = _letters("ABCDEFGHKLMNOPRSTVWY", "ABCDEFGHJKLMNOPRSTUVWXY")
    ages = [str(n) for n in (*range(40, 50), *range(90, 100))]
    ends = _letters("ABCDEFGHJKLMNOPRSTUVWXYZ", "ABCDEFGHJKLMNOPRSTUVWXYZ", "ABCDEFGHJKLMNOPRSTUVWXYZ")
    number = _scattered(position, district, 124_999_999)
    frame = pl.DataFrame({"town": number % len(towns), "age": number // len(towns) % len(ages), "end": number // (len(towns) * len(ages))})
    parts = [pl.lit(pl.Series(values)).gather(pl.col(name)) for name, values in (("town", towns), ("age", ages), ("end", ends))]
    return frame.select(vrm=parts[0] + parts[1] + pl.lit(" ") + parts[2])["vrm"]


def phones(position: Ints, district: int, landline: Flags) -> pl.Series:
    """Mobile numbers from 071 and 072, which no operator has; numbers of London from 020 5, likewise."""
    mobile = _scattered(position, district, 199_999_991)
    fixed = _scattered(position, district, 9_999_991)
    frame = pl.DataFrame({"mobile": mobile, "fixed": fixed, "landline": landline})
    digits = pl.col("mobile").cast(pl.String).str.zfill(9)
    cell = pl.lit("07") + (digits.str.slice(0, 1).cast(pl.Int64) + 1).cast(pl.String) + digits.str.slice(1, 2) + " " + digits.str.slice(3)
    local = pl.col("fixed").cast(pl.String).str.zfill(7)
    home = pl.lit("020 5") + local.str.slice(0, 3) + " " + local.str.slice(3)
    return frame.select(phone=pl.when("landline").then(home).otherwise(cell))["phone"]


_DOMAINS = ("mail.example.org", "inbox.example.com", "post.example.net", "letters.example.org", "email.example.com", "quickmail.example.net")


def folded(names: pl.Expr) -> pl.Expr:
    """In small letters of English, without anything else."""
    small = names.str.to_lowercase().str.normalize("NFD").str.replace_all(r"\p{M}", "")
    return small.str.replace_all("ł", "l").str.replace_all("ı", "i").str.replace_all("[^a-z]", "")


def emails(people: pl.DataFrame, style: Ints, number: Ints) -> pl.Series:
    """Made from first name, surname and year of birth, in the ways in which people do."""
    frame = people.select(f=folded(pl.col("first")), s=folded(pl.col("surname")), y=(1970 + pl.col("born") / 365.25).cast(pl.Int64) % 100).with_columns(
        style=pl.Series(style % 5), n=pl.Series(number), domain=pl.lit(pl.Series(_DOMAINS)).gather(pl.Series(style * 7 % len(_DOMAINS)))
    )
    year, more = pl.col("y").cast(pl.String).str.zfill(2), pl.col("n").cast(pl.String)
    local = (
        pl.when(pl.col("style") == 0).then(pl.col("f") + "." + pl.col("s") + more)
        .when(pl.col("style") == 1).then(pl.col("f") + pl.col("s") + year)
        .when(pl.col("style") == 2).then(pl.col("f").str.slice(0, 1) + pl.col("s") + more)
        .when(pl.col("style") == 3).then(pl.col("f") + "_" + pl.col("s") + year)
        .otherwise(pl.col("s") + "." + pl.col("f") + more)
    )  # fmt: skip
    return frame.select(email=local + "@" + pl.col("domain"))["email"]
