"""What services know people by: contacts, numbers and circumstances."""

from __future__ import annotations

import numpy as np
import polars as pl

from borough.demo.lives.folk import FOREVER, PARTNER, Folk
from borough.demo.lives.homes import OWNED, SOCIAL, Flags, Ints, Reals, day
from borough.demo.lives.identifiers import emails, nhs_numbers, ninos, phones, vrms
from borough.demo.lives.luck import happens
from borough.demo.lives.parties import YEAR
from borough.demo.plan import UNTIL, District, Plan


def circumstances(people: pl.DataFrame, sector: Ints, deprivation: Reals, student: Flags, rng: np.random.Generator) -> pl.DataFrame:
    """Adds the flags. Age is that on ``UNTIL``, or at death; ``sector``, ``deprivation``: of the last home."""
    size = len(people)
    born = people["born"].to_numpy()
    age = (np.minimum(day(UNTIL), people["died"].to_numpy()) - born) / YEAR
    adult, hard = age >= 18, 1 + 0.35 * deprivation
    at_college = student | ((age >= 18) & (age < 23) & happens(rng, 0.36, size))
    base = np.where(sector == OWNED, 0.04, np.where(sector == SOCIAL, 0.46, 0.17))
    ill = np.interp(age, [0, 16, 30, 50, 65, 80, 95], [0.025, 0.045, 0.04, 0.075, 0.14, 0.21, 0.35]) * hard * np.where(sector == SOCIAL, 1.7, 0.9)
    disabled = happens(rng, ill, size)
    care = np.interp(age, [18, 60, 70, 80, 90, 100], [0.005, 0.008, 0.025, 0.09, 0.24, 0.4]) * np.where(disabled, 3.0, 0.95) * hard
    works = happens(rng, np.interp(age, [16, 18, 23, 30, 55, 62, 66, 67, 75, 80], [0.05, 0.35, 0.75, 0.82, 0.78, 0.62, 0.35, 0.15, 0.04, 0]), size) & ~disabled
    voter = happens(rng, np.where(sector == OWNED, 0.9, np.where(sector == SOCIAL, 0.8, 0.62)) * np.where(age < 25, 0.8, 1.0), size) & (age >= 16.5)
    flags = {
        "voter": voter,
        "opted_out": happens(rng, 0.4, size),
        "student": at_college,
        "works": works & (age >= 16),
        "benefits": adult & happens(rng, np.clip(base * hard * np.where(works, 0.6, 1.5) * np.where(disabled, 1.6, 1.0), 0, 0.95), size),
        "disabled": disabled,
        "cared_for": adult & happens(rng, care, size),
        "carer": happens(rng, np.interp(age, [16, 25, 45, 60, 75, 88], [0.01, 0.03, 0.10, 0.13, 0.10, 0.0]), size),
        "online": adult & happens(rng, np.interp(age, [18, 30, 50, 65, 80, 92], [0.6, 0.72, 0.68, 0.52, 0.3, 0.1]), size),
    }
    return people.with_columns(pl.Series(name, values) for name, values in flags.items())


def reachable(people: pl.DataFrame, partner_of: Ints, plan: Plan, district: District, rng: np.random.Generator) -> pl.DataFrame:
    """Adds numbers and contacts. Some couples share an email or a telephone."""
    size, number = len(people), district.number
    age = (day(UNTIL) - people["born"].to_numpy()) / YEAR
    position = np.arange(size)
    line = happens(rng, np.interp(age, [20, 45, 65, 85], [0.01, 0.05, 0.3, 0.7]), size)
    car = happens(rng, np.interp(age, [17, 19, 30, 45, 70, 88], [0.0, 0.12, 0.42, 0.56, 0.52, 0.1]) * people["drives"].to_numpy(), size) & (age >= 17)
    needs = (people["cared_for"].to_numpy() * 4 + people["disabled"].to_numpy() * 2 + (age < 18)) * 1.0 + rng.random(size)
    first = np.argsort(-needs, kind="stable")
    frame = people.with_columns(
        nino=ninos(position, number),
        nhs_number=nhs_numbers(first, size, plan.seed, number, len(plan.districts())),
        email=emails(people, rng.integers(0, 30, size), rng.integers(1, 200, size)),
        phone=phones(position, number, line),
        vrm=pl.when(pl.Series(car)).then(vrms(position, number)),
    )
    has_email = happens(rng, np.interp(age, [12, 16, 30, 60, 75, 90], [0.0, 0.6, 0.93, 0.85, 0.6, 0.2]), size)
    has_phone = happens(rng, np.interp(age, [10, 14, 25, 60, 90], [0.0, 0.6, 0.95, 0.95, 0.8]), size)
    frame = frame.with_columns(
        nino=pl.when(pl.Series(age >= 16)).then("nino"), email=pl.when(pl.Series(has_email)).then("email"), phone=pl.when(pl.Series(has_phone)).then("phone")
    )
    shares = np.flatnonzero((partner_of >= 0) & happens(rng, 0.09, size))
    both = np.flatnonzero((partner_of >= 0) & line & line[np.maximum(partner_of, 0)])
    return _shared(_shared(frame, "email", shares, partner_of[shares]), "phone", both, partner_of[both])


def _shared(frame: pl.DataFrame, column: str, who: Ints, whose: Ints) -> pl.DataFrame:
    place = np.arange(len(frame))
    place[who] = whose
    return frame.with_columns(pl.coalesce(frame[column].gather(place), pl.col(column)).alias(column))


def partners(table: Folk, head_of_party: Ints, person_of: Ints, size: int) -> Ints:
    """For each of the people the head whose partner they are (the first, where several), or -1."""
    found = np.full(size, -1, dtype=np.int64)
    rows = np.flatnonzero((table.role == PARTNER) & (person_of >= 0))
    heads = person_of[head_of_party[table.party[rows]]]
    found[person_of[rows][::-1]] = heads[::-1]
    return found


def deaths(table: Folk, dies: Ints, person_of: Ints, size: int) -> Ints:
    """For each of the people the day of death, or a day that never comes."""
    found = np.full(size, FOREVER, dtype=np.int64)
    found[person_of[dies]] = table.leave[dies]
    return found
