"""What is true: a district's places, people and what befell them. Nothing here is broken, and nothing here is a council's view.

Each table is a polars frame. Dates are ``pl.Date``; an end that is null is open. Life runs from before ``START`` to ``HORIZON``:
whoever writes an extract keeps to what its system knew on the day. Ids (``uprn``, ``person``, ``household``, ``spell``, ``owner``)
are ``Int64`` and unique over all districts; a property is always named by its UPRN.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from borough.demo.plan import District, Plan


@dataclass(frozen=True)
class Ground:
    """The places.

    ``wards``: ward (0…, unique over districts), ward_code, ward_name, valid_from, valid_to (the 20 wards before ``REDRAWN`` too, with ward numbers
    from 1000), shape (GeoJSON text, lon/lat), and for the present ones their character as shares: private, social, owned, student, churn, deprivation (0–1), age (mean), flats.
    ``lsoas``: lsoa (0…, unique), lsoa_code, lsoa_name, ward, old_ward, shape, private, social, owned, student, churn, deprivation, age.
    ``streets``: usrn, street_name, locality, town, ward (of its middle), x1, y1, x2, y2 (metres of the National Grid).
    ``properties``: every object of the gazetteer: dwellings, parent shells, shops, schools, halls.
      uprn, parent_uprn, is_dwelling, kind (detached semi terrace bungalow conversion estate_flat block_flat above_shop | shell shop office school hall land),
      usrn, street_name, number (house number, null where named), number_to (of a range 12-14), suffix (of the number: A), building (name, null),
      flat (number, null), flat_suffix (letter, null), flat_text (GROUND FLOOR FLAT …, null), floor (0 ground), organisation,
      locality, town, postcode, ward, old_ward, lsoa, x, y (National Grid), longitude, latitude, class_code (BLPU class at the end of START),
      logical_status (1 approved, 6 provisional, 8 historic), first_day, last_day (of the object's life), rooms, bedrooms, area_m2, built (year), tax_band (A–H), energy_score (1–100), energy_band (A–G),
      address (the gazetteer's own line, capitals: ``FLAT 2, 14 HERON ROAD, NORTHMERE, NM3 4AB``).
    """

    wards: pl.DataFrame
    lsoas: pl.DataFrame
    streets: pl.DataFrame
    properties: pl.DataFrame


@dataclass(frozen=True)
class Lives:
    """The people and who lives where under which tenure.

    ``people``: person, sex (F M), born, died, title, first, middle, surname, birth_surname (where it differs), surname_from (day of the change), nickname, group (of the name; never written to an extract),
      nino (null under 16), nhs_number (999…), email, phone (all in ranges that reach nobody), vrm (null without a car), voter, opted_out, student (in higher education), works, benefits (claims),
      disabled (PIP or the like), cared_for (adult social care), carer, online (has a customer account), owner (null; where this person lets homes).
    ``owners``: owner, kind (resident landlord company council association estate), name, company_number, person (null), address, postcode (correspondence, one line), agent (name, null), homes (how many in the borough).
    ``spells``: spell, uprn, start, end, tenure (owned mortgaged council association private void), letting (null family sharers single students), hmo (3+ people of 2+ households, really),
      households (how many), occupants (most at once), owner, rent (pounds a month, null), managed (0–1: how well the let is kept; low shows in noise, waste, pests).
      Spells of a property follow each other without overlap from before START to HORIZON; ``void`` between.
    ``stays``: stay, person, uprn, spell, household, start, end, role (head partner child parent adult sharer lodger), told (day the council was told; late for some, null for never).
      A person has one stay at a time. Who leaves the borough has no further stay; who comes from outside begins with one; birth begins a stay, death ends it.
    ``moves``: person, on, from_uprn (null from outside), to_uprn (null: left), why (moved born died joined left).
    """

    people: pl.DataFrame
    owners: pl.DataFrame
    spells: pl.DataFrame
    stays: pl.DataFrame
    moves: pl.DataFrame


@dataclass(frozen=True)
class Law:
    """Licensing and who was visited.

    ``designations``: designation, kind (additional selective), title, wards (list of ward_code), first_day, last_day. Two selective schemes have a month between them.
    ``licences``: licence (reference), uprn, owner, kind (mandatory additional selective), applied, decided, outcome (granted refused pending withdrawn), starts, expires, ended (revoked or surrendered), max_occupants, max_households, storeys, fee.
    ``visits``: visit, uprn, on, reason (complaint application random patrol referral), officer, chance (of being visited in that year, as it really was), true_status, found (as recorded, with error).
      true_status and found: licensed owner_occupied hmo_unlicensed single_let_unlicensed social exempt void; found also no_access, wrong_address.
    ``status``: uprn, spell, first_day, last_day, tenure, hmo, needs (null mandatory additional selective), licensed (bool), applied (bool: not licensed, but an application is in progress, which is a defence): what was true and what the law asked, in intervals.
    ``chances``: uprn, year, chance: of every dwelling's being visited in that year, visited or not.
    """

    designations: pl.DataFrame
    licences: pl.DataFrame
    visits: pl.DataFrame
    status: pl.DataFrame
    chances: pl.DataFrame = field(default_factory=pl.DataFrame)


@dataclass(frozen=True)
class World:
    """All that is true of a district."""

    plan: Plan
    district: District
    ground: Ground
    lives: Lives
    law: Law

    def at(self, frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
        """A frame with a ``uprn``, and of its property the columns named (all but the UPRN, where none is)."""
        homes = self.ground.properties.select("uprn", *columns) if columns else self.ground.properties
        return frame.join(homes, on="uprn", how="left", maintain_order="left")

    def of(self, frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
        """A frame with a ``person``, and of that person the columns named (all, where none is)."""
        people = self.lives.people.select("person", *columns) if columns else self.lives.people
        return frame.join(people, on="person", how="left", maintain_order="left")
