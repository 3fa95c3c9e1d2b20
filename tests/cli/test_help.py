"""Help: each command has it, in plain words with examples that exist, and the reference page says the same."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from borough.cli.app import app
from borough.cli.reference import command_reference, commands

from .council import borough

ALL = list(commands(get_command(app)))
LEAVES = [(name, command) for name, command in ALL if not hasattr(command, "commands")]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "commands.md"


@pytest.mark.parametrize("name", [name for name, _ in ALL])
def test_every_command_has_help(name: str) -> None:
    for flag in ("--help", "-h"):
        done = borough(*name.split()[1:], flag)
        assert done.code == 0 and "Usage: " + name in " ".join(done.out.split()) and done.err == ""
        assert name == "borough" or hasattr(dict(ALL)[name], "commands") or "Example" in done.out


@pytest.mark.parametrize(("name", "command"), LEAVES, ids=lambda v: v if isinstance(v, str) else "")
def test_help_is_short_and_active_with_examples(name: str, command: Any) -> None:
    first = command.help.split("\n\n")[0]
    assert len(" ".join(first.split())) <= 140 and first.endswith("."), first
    assert not re.search(r"\b(color|analyze|organiz|license\b|please|simply|just)", command.help.lower())
    examples = re.findall(r"`([^`]+)`", command.epilog)
    assert examples and any(example.startswith(name) for example in examples)
    assert all(p.help for p in command.params if not getattr(p, "hidden", False)), name


@pytest.mark.parametrize(("name", "command"), LEAVES, ids=lambda v: v if isinstance(v, str) else "")
def test_examples_use_options_that_exist(name: str, command: Any) -> None:
    known = {option for p in command.params for option in p.opts} | {"-h", "--help"}
    for example in re.findall(r"`(borough [^`]+)`", command.epilog):
        for part in example.split(" && "):
            words = shlex.split(part.split(" < ")[0])
            if " ".join(words).startswith(name + " "):
                assert {w for w in words if w.startswith("-") and w != "-"} <= known, example


def test_all_that_read_a_project_take_project_and_json() -> None:
    without = {"borough init", "borough demo generate", "borough demo faults"}
    assert [name for name, c in LEAVES if name not in without and "--project" not in {o for p in c.params for o in p.opts}] == []
    assert [name for name, c in LEAVES if "--json" not in {o for p in c.params for o in p.opts} | ({"--json"} if name == "borough query" else set())] == []


def test_the_reference_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == command_reference(), "python -m borough.cli.reference > docs/reference/commands.md"


def test_the_exit_codes_of_the_page_are_those_of_the_errors() -> None:
    from borough import errors

    told = {int(code) for code in re.findall(r"^\| (\d+) \|", command_reference(), re.MULTILINE)}
    raised = {e.exit_code for e in vars(errors).values() if isinstance(e, type) and issubclass(e, errors.BoroughError)}
    assert raised | {0, 70, 130} == told
