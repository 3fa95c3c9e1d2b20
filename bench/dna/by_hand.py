"""The same attributes written by hand: what an expert would write over the datasets as they were known on a day, one scan for each."""

from __future__ import annotations

import datetime as dt

SCANS: dict[str, dict[str, str]] = {
    "asb_case": {
        "asb_1y": "count(*) FILTER (WHERE reported > {y1} AND reported <= {d})",
        "asb_3y": "count(*) FILTER (WHERE reported > {y3} AND reported <= {d})",
        "asb_trend": "count(*) FILTER (WHERE reported > {y1} AND reported <= {d}) - count(*) FILTER (WHERE reported > {y2} AND reported <= {y1})",
        "asb_open": "count(*) FILTER (WHERE reported <= {d} AND (closed IS NULL OR closed >= {d}))",
    },
    "service_request": {
        "noise_3y": "count(*) FILTER (WHERE category = 'noise' AND received > {y3} AND received <= {d})",
        "disrepair_3y": "count(*) FILTER (WHERE category IN ('disrepair', 'housing conditions') AND received > {y3} AND received <= {d})",
        "overcrowding_3y": "count(*) FILTER (WHERE subject = 'overcrowding' AND received > {y3} AND received <= {d})",
        "complaint_kinds_3y": "count(DISTINCT subject) FILTER (WHERE received > {y3} AND received <= {d})",
    },
    "pest_job": {
        "pests_3y": "count(*) FILTER (WHERE booked > {y3} AND booked <= {d})",
        "rats_3y": "count(*) FILTER (WHERE pest IN ('rats', 'mice') AND booked > {y3} AND booked <= {d})",
    },
    "waste_job": {
        "fly_tips_3y": "count(*) FILTER (WHERE type = 'fly-tip' AND reported > {y3} AND reported <= {d})",
        "missed_bins_1y": "count(*) FILTER (WHERE type = 'missed collection' AND reported > {y1} AND reported <= {d})",
        "contaminated_bins_1y": "count(*) FILTER (WHERE type = 'contaminated' AND reported > {y1} AND reported <= {d})",
    },
    "fixed_penalty": {
        "fixed_penalties_3y": "count(*) FILTER (WHERE happened > {y3} AND happened <= {d})",
        "waste_penalties_3y": "count(*) FILTER (WHERE offence IN ('fly-tipping', 'household duty of care', 'waste left out') AND happened > {y3} AND happened <= {d})",
    },
    "notice": {"notices_5y": "count(*) FILTER (WHERE served > {y5} AND served <= {d})"},
    "customer_contact": {
        "contacts_1y": "count(*) FILTER (WHERE opened > {y1} AND opened <= {d})",
        "contact_rate": "count(*) FILTER (WHERE opened > {y3} AND opened <= {d}) / 3.0",
    },
    "council_tax_liability": {
        "liable_parties": "count(DISTINCT party_ref) FILTER (WHERE started <= {d} AND (ended IS NULL OR ended >= {d}))",
        "liable_party_type": "arg_max(party_type, (started, liability_id)) FILTER (WHERE role = 'lead' AND started <= {d} AND (ended IS NULL OR ended >= {d}))",
        "liability_changes_3y": "count(*) FILTER (WHERE role = 'lead' AND started > {y3} AND started <= {d} AND party_ref <> before)",
        "liability_changes_5y": "count(*) FILTER (WHERE role = 'lead' AND started > {y5} AND started <= {d} AND party_ref <> before)",
    },
    "council_tax_occupation": {
        "occupier_class": "arg_max(occupier_class, (started, occupation_id)) FILTER (WHERE started <= {d} AND (ended IS NULL OR ended >= {d}))",
        "occupations_5y": "count(*) FILTER (WHERE started > {y5} AND started <= {d})",
        "empty_spells_5y": "count(*) FILTER (WHERE occupier_class = 'empty' AND started > {y5} AND started <= {d})",
        "tenant_spells_5y": "count(*) FILTER (WHERE occupier_class = 'private tenant' AND started > {y5} AND started <= {d})",
        "landlord_is_liable": "max(occupier_class = 'landlord of shared home') FILTER (WHERE started <= {d} AND (ended IS NULL OR ended >= {d}))",
    },
    "council_tax_reduction": {
        "single_person_discount": "max(code = 'SPD') FILTER (WHERE started <= {d} AND (ended IS NULL OR ended >= {d}))",
        "student_exemption": "max(code = 'N') FILTER (WHERE started <= {d} AND (ended IS NULL OR ended >= {d}))",
        "empty_class": "max(code IN ('C', 'F', 'U', 'PREM')) FILTER (WHERE started <= {d} AND (ended IS NULL OR ended >= {d}))",
        "reductions_5y": "count(*) FILTER (WHERE started > {y5} AND started <= {d})",
    },
    "council_tax_summons": {
        "reminders_3y": "count(*) FILTER (WHERE stage = 'reminder' AND issued > {y3} AND issued <= {d})",
        "summonses_3y": "count(*) FILTER (WHERE stage = 'summons' AND issued > {y3} AND issued <= {d})",
    },
    "council_tax_arrears": {"arrears": "sum(balance)", "years_in_arrears": "count(DISTINCT financial_year) FILTER (WHERE balance > 0)"},
    "energy_certificate": {
        "epc_tenure": "arg_max(tenure, (lodged, certificate_id)) FILTER (WHERE lodged <= {d})",
        "floor_area": "arg_max(floor_area_m2, (lodged, certificate_id)) FILTER (WHERE lodged <= {d})",
        "habitable_rooms": "arg_max(habitable_rooms, (lodged, certificate_id)) FILTER (WHERE lodged <= {d})",
        "energy_band": "arg_max(energy_band, (lodged, certificate_id)) FILTER (WHERE lodged <= {d})",
        "epc_for_rental_10y": "count(*) FILTER (WHERE reason = 'rental' AND lodged > {y10} AND lodged <= {d})",
    },
    "tenancy_deposit": {
        "deposits": "count(*) FILTER (WHERE started <= {d} AND (ended IS NULL OR ended >= {d}))",
        "deposits_5y": "count(*) FILTER (WHERE started > {y5} AND started <= {d})",
        "tenants_on_deposits": "sum(tenants) FILTER (WHERE started <= {d} AND (ended IS NULL OR ended >= {d}))",
    },
    "price_paid": {
        "sales_10y": "count(*) FILTER (WHERE transferred > {y10} AND transferred <= {d})",
        "last_price": "arg_max(price, (transferred, transaction_id)) FILTER (WHERE transferred <= {d})",
    },
    "elector": {"electors": "count(*)", "surnames_on_roll": "count(DISTINCT upper(surname))"},
}
ATTRIBUTES = tuple(name for scan in SCANS.values() for name in scan)
_WITH_BEFORE = "(SELECT *, lag(party_ref) OVER (PARTITION BY property, role = 'lead' ORDER BY started, liability_id) AS before FROM {0} WHERE party_ref IS NOT NULL)"


def written(relations: dict[str, str], homes: str, day: dt.date) -> str:
    """One statement: each dataset scanned once (``relations``: its SQL as known on the day), joined to the homes."""
    days = {"d": f"DATE '{day}'", **{f"y{n}": f"(DATE '{day}' - INTERVAL {n} YEAR)" for n in (1, 2, 3, 5, 10)}}
    ctes, joins, cells = [], "", []
    for i, (dataset, scan) in enumerate(SCANS.items()):
        rows = _WITH_BEFORE.format(relations[dataset]) if dataset == "council_tax_liability" else relations[dataset]
        made = ", ".join(f"{sql.format(**days)} AS {name}" for name, sql in scan.items())
        ctes.append(f"s{i} AS (SELECT property, {made} FROM {rows} WHERE property IS NOT NULL GROUP BY property)")
        joins += f" LEFT JOIN s{i} ON s{i}.property = h.uprn"
        cells += [f"s{i}.{name}, s{i}.{name} IS NULL AS {name}_missing" for name in scan]
    return f"WITH {', '.join(ctes)} SELECT h.uprn AS property, {', '.join(cells)} FROM {homes} h{joins}"
