"""A little town for tests: a gazetteer, accounts with addresses, bills that have theirs through the account, care that few may see, licences."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.cli.council import Done, borough, write

SURNAMES = ("Smith", "Okafor", "Kowalski", "Begum", "Demir", "Ionescu", "Silva", "Brightwell", "Oyelaran", "Harcastle", "Quarmby", "Ng")
FIRSTS = ("Anna", "Robert", "Yusuf", "Fatima", "Ewa", "Mihai", "Kwame", "Siobhan", "Priya", "George", "Li", "Zoë")
STREETS = ("Brook Road", "Alder Grove", "Mill Lane", "Station Road")

Row = dict[str, str]
Tables = dict[str, dict[str, Row]]
COLUMNS: Mapping[str, Sequence[str]] = {
    "homes": ("line", "uprn", "text", "postcode"),
    "accounts": ("ref", "name", "born", "email", "address", "postcode", "moved_in", "moved_out"),
    "bills": ("bill", "account", "payer", "issued"),
    "care": ("case", "client", "born", "address", "postcode", "opened"),
    "licences": ("licence", "holder", "company", "address", "postcode", "granted", "ends"),
}
KEYS = {name: columns[0] for name, columns in COLUMNS.items()}
PROJECT = {
    "borough.yaml": (
        "borough: Testmere\npurpose: engineering\npurposes:\n  engineering: {title: Engineering, permits: [public, internal, personal]}\n"
        "  care: {title: Care, permits: [public, internal, personal, special]}\n"
    ),
    "entities/property.yaml": "entity: property\ngazetteer: {addresses: home}\n",
    "linkages/person.yaml": "linkage: person\nlearn: never\n",
    "datasets/home.yaml": (
        "dataset: home\nkey: line\ncolumns:\n  line: {type: string, required: true}\n  uprn: {type: integer}\n  text: {type: string}\n  postcode: {type: string}\n"
    ),
    "datasets/account.yaml": (
        "dataset: account\nclassification: personal\nkey: ref\ncolumns:\n  ref: {type: string, required: true}\n  name: {type: string}\n  born: {type: date, on_unreadable: 'null'}\n"
        "  email: {type: string}\n  address: {type: string}\n  postcode: {type: string}\n  moved_in: {type: date}\n  moved_out: {type: date}\n"
        "true: {from: moved_in, to: moved_out}\naddress: {text: address, postcode: postcode}\nperson: {name: name, date_of_birth: born, email: email}\n"
    ),
    "datasets/bill.yaml": (
        "dataset: bill\nclassification: personal\nkey: bill\ncolumns:\n  bill: {type: string, required: true}\n  account: {type: string, references: account.ref, severity: warn}\n"
        "  payer: {type: string}\n  issued: {type: date}\ntrue: {from: issued}\naddress: {through: account}\nperson: {name: payer}\n"
    ),
    "datasets/care.yaml": (
        "dataset: care\nclassification: special\nkey: case\ncolumns:\n  case: {type: string, required: true, purposes: [care]}\n  client: {type: string, purposes: [care]}\n"
        "  born: {type: date, on_unreadable: 'null', purposes: [care]}\n  address: {type: string, purposes: [care]}\n  postcode: {type: string, purposes: [care]}\n  opened: {type: date, purposes: [care]}\ntrue: {from: opened}\n"
        "address: {text: address, postcode: postcode}\nperson: {name: client, date_of_birth: born}\n"
    ),
    "datasets/licence.yaml": (
        "dataset: licence\nclassification: personal\nkey: licence\ncolumns:\n  licence: {type: string, required: true}\n  holder: {type: string}\n  company: {type: string}\n"
        "  address: {type: string}\n  postcode: {type: string}\n  granted: {type: date}\n  ends: {type: date}\ntrue: {from: granted, to: ends}\n"
        "address: {text: address, postcode: postcode}\nperson: {name: holder, company_number: company, resident: 'false', landlord_of: address}\n"
    ),
    **{
        f"sources/{name}.yaml": (
            f"source: {name}\npurposes: [care, engineering]\nconnect: {{files: \"data/{name}_{{extract_date:%Y-%m-%d}}.csv\"}}\nfeeds:\n  rows:\n    delivers: full\n    to: {dataset}\n"
            f"    map: {{{', '.join(f'{c}: {c}' for c in COLUMNS[name])}}}\n"
        )
        for name, dataset in (("homes", "home"), ("accounts", "account"), ("bills", "bill"), ("care", "care"), ("licences", "licence"))
    },
}


def town(chance: random.Random, homes: int = 40) -> Tables:
    """Homes, and who lives in them."""
    tables: Tables = {name: {} for name in COLUMNS}
    for i in range(homes):
        text, postcode = f"{i // len(STREETS) + 1} {STREETS[i % len(STREETS)]}, Testmere", f"NM1 {i % 9 + 1}AB"
        tables["homes"][f"L{i}"] = {"line": f"L{i}", "uprn": str(1000 + i), "text": text, "postcode": postcode}
        for _ in range(chance.randint(0, 2)):
            move_in(chance, tables, f"L{i}", f"{chance.randint(2015, 2025)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}")
    return tables


def move_in(chance: random.Random, tables: Tables, line: str, day: str) -> None:
    """Somebody comes to live in a home; some have bills, a care case, a licence for it."""
    home, number = tables["homes"][line], chance.randint(1, 10**7)
    name, born = f"{chance.choice(FIRSTS)} {chance.choice(SURNAMES)}", f"{chance.randint(1940, 2004)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    where = {"address": home["text"], "postcode": home["postcode"]}
    gone = f"{chance.randint(2025, 2026)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}" if chance.random() < 0.3 else ""
    tables["accounts"][f"A{number}"] = {"ref": f"A{number}", "name": name, "born": born, "email": f"p{number}@mail.example", **where, "moved_in": day, "moved_out": gone if gone > day else ""}
    if chance.random() < 0.6:
        tables["bills"][f"B{number}"] = {"bill": f"B{number}", "account": f"A{number}", "payer": name if chance.random() < 0.9 else name.upper(), "issued": day}
    if chance.random() < 0.3:
        tables["care"][f"C{number}"] = {"case": f"C{number}", "client": name, "born": born, **where, "opened": day}
    if chance.random() < 0.3:
        company = f"0{chance.randint(1000000, 1000005)}" if chance.random() < 0.5 else ""
        holder = f"{chance.choice(SURNAMES)} Homes Ltd" if company else name
        tables["licences"][f"X{number}"] = {"licence": f"X{number}", "holder": holder, "company": company, **where, "granted": day, "ends": ""}


def deliver(root: Path, day: str, tables: Tables, only: Sequence[str] = tuple(COLUMNS)) -> Done:
    """Write the day's extracts and run."""
    for name in only:
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS[name])
        writer.writeheader()
        writer.writerows(tables[name][key] for key in sorted(tables[name]))
        write(root, {f"data/{name}_{day}.csv": text.getvalue()})
    return borough("run", "-p", root, "--now", f"{day}T20:00:00Z")


def live(chance: random.Random, tables: Tables, day: str) -> None:
    """A day: people move in and out, are known by other names, leave the books; homes are built, renamed and taken away."""
    for ref in sorted(tables["accounts"]):
        account, luck = tables["accounts"][ref], chance.random()
        if luck < 0.05:
            account["moved_out"] = day
        elif luck < 0.08:
            account["name"] = account["name"].replace("a", "e", 1)
        elif luck < 0.11:
            home = tables["homes"][chance.choice(sorted(tables["homes"]))]
            account.update(address=home["text"], postcode=home["postcode"])  # and the bill's property with it
        elif luck < 0.13:
            del tables["accounts"][ref]
    for name in ("bills", "care", "licences"):
        for key in sorted(tables[name]):
            if chance.random() < 0.04:
                del tables[name][key]
    for line in chance.sample(sorted(tables["homes"]), 3):
        move_in(chance, tables, line, day)
    if chance.random() < 0.7:
        line = chance.choice(sorted(tables["homes"]))
        home = tables["homes"][line]
        home["uprn"] = str(int(home["uprn"]) + 5000)  # the home has another UPRN now
    if chance.random() < 0.7:
        one, other = (tables["homes"][line] for line in chance.sample(sorted(tables["homes"]), 2))
        one["uprn"], other["uprn"] = other["uprn"], one["uprn"]  # an address moves from one property to another that is there
    if chance.random() < 0.5:
        del tables["homes"][chance.choice(sorted(tables["homes"]))]
