"""A ready-made source whose file lacks half its columns, or comes from another year's layout, says so in one readable message."""

from __future__ import annotations

from pathlib import Path

import pytest

from .council import borough

OTHER_YEAR = (
    "USER_ID,USER_NAME,BIRTH_DATE,STREET,POSTCODE,EMAIL,USER_PHONE,PROFILE,PRIV_GRANTED\r\n"
    "21234000123456,Ann Bright,01/02/1990,1 Sea Road,NM1 1AA,ann@example.org,,ADULT,01/02/2020\r\n"
)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    (tmp_path / "borough.yaml").write_text("borough: Somewhere\npurpose: planning\npurposes:\n  planning: {title: Planning}\n")
    assert borough("source", "add", "libraries", "--project", tmp_path).code == 0
    (tmp_path / "data" / "libraries").mkdir(parents=True)
    (tmp_path / "data" / "libraries" / "users_20261101.csv").write_text(OTHER_YEAR)
    return tmp_path


def test_check_says_it_once_with_the_lines(library: Path) -> None:
    done = borough("check", "--project", library)
    assert done.code == 1
    (message,) = [line for line in done.err.splitlines() + done.out.splitlines() if line.startswith("error")]
    assert "sources/libraries.yaml:" in message and "9 columns (lines" in message and "'USER_STREET' ('STREET'?)" in message and "of another layout" in message


def test_a_run_says_it_once_with_what_to_do(library: Path) -> None:
    done = borough("run", "--project", library)
    assert done.code == 3
    failed = [line for line in done.out.splitlines() if line.startswith("failed: libraries.members")]
    assert len(failed) == 1
    assert "another layout: 9 of the 14 columns that the mapping needs are absent" in failed[0]
    assert "'USER_STREET' (now 'STREET'?)" in failed[0] and "the mapping does not know 'POSTCODE'" in failed[0]
    assert "name both in `map:` (sources/libraries.yaml:" in done.out
    drift = [line for line in done.out.splitlines() if "missing column" in line]
    assert len(drift) == 1 and "and 6 more" in drift[0]


def test_naming_both_takes_it_in(library: Path) -> None:
    source = library / "sources" / "libraries.yaml"
    text = source.read_text()
    for old, new in {"text(USER_STREET)": "text(USER_STREET | STREET)", "postcode(USER_ZIP)": "postcode(USER_ZIP | POSTCODE)", "USER_EMAIL": "USER_EMAIL | EMAIL", "text(USER_PROFILE)": "text(USER_PROFILE | PROFILE)"}.items():
        assert old in text
        text = text.replace(old, new)
    source.write_text(text.replace("    delivers: full\n", "    delivers: full\n    on_missing_column: 'null'\n", 1))
    done = borough("run", "--project", library)
    found = borough("query", "--json", "SELECT name, address, postcode, email FROM library_member", "--project", library)
    assert found.json == [{"name": "Ann Bright", "address": "1 Sea Road", "postcode": "NM1 1AA", "email": "ann@example.org"}], done.out + found.err
