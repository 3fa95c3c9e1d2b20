"""``borough user``: who may sign in to the web service."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from borough.cli.context import JsonOption, ProjectOption, clock, load_project, print_json, project_to_complete, wants_json
from borough.cli.serve import complete_role

if TYPE_CHECKING:
    from borough.project.load import Project
    from borough.web.access.accounts import Accounts

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the account: what the person signs in with.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Accounts: who may sign in to the web service, in which role, and tokens for programmes.")
    group.command("add", epilog="Examples: `borough user add ada --role officer` · `echo \"$PASSWORD\" | borough user add ada --role officer --password-stdin`")(add)
    group.command("list", epilog="Example: `borough user list --json`")(list_users)
    group.command("change", epilog="Examples: `borough user change ada --role analyst` · `borough user change ada --disable` · `borough user change ada --new-password`")(change)
    group.command("remove", epilog="Example: `borough user remove ada`")(remove)
    group.command("token", epilog="Example: `borough user token ada --scope read:reports --days 90`")(token)
    app.add_typer(group, name="user")


def complete_purpose(context: typer.Context, incomplete: str) -> list[str]:
    """Purposes of the project, for tab completion."""
    project = project_to_complete(context)
    return [name for name in (project.borough.purposes if project else ()) if name.startswith(incomplete)]


def complete_scope(incomplete: str) -> list[str]:
    from borough.web.access.user import SCOPES

    return [scope for scope in SCOPES if scope.startswith(incomplete)]


FromInput = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input rather than ask for it.")]


@contextmanager
def _accounts(context: typer.Context, given: ProjectOption) -> Iterator[tuple[Project, Accounts]]:
    from borough.state import open_state
    from borough.web.access.accounts import Accounts

    project = load_project(context, given)
    state = open_state(project)
    try:
        yield project, Accounts(state, lambda: clock(None))
    finally:
        state.close()


def _password(from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt="Again", err=True))


def add(
    context: typer.Context,
    name: Name,
    role: Annotated[str, typer.Option("--role", help="viewer, officer, analyst or admin.", autocompletion=complete_role)],
    purposes: Annotated[list[str] | None, typer.Option("--purpose", help="Only for these purposes of the role. Default: all of them.", autocompletion=complete_purpose, show_default=False)] = None,
    from_input: FromInput = False,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an account. The password is asked for, and only a slow hash of it is kept."""
    from borough.errors import UsageError
    from borough.project.explain import nearest

    with _accounts(context, project) as (loaded, accounts):
        for purpose in purposes or ():
            if purpose not in loaded.borough.purposes:
                near = nearest(purpose, loaded.borough.purposes)
                raise UsageError(f"the purpose {purpose!r} is not declared" + (f"; did you mean {near!r}?" if near else ""), advice="borough.yaml declares purposes")
        account = accounts.add(name, role, _password(from_input), purposes)
        if wants_json(context, as_json):
            print_json({"name": account.name, "role": account.role, "purposes": account.purposes})
            return
        typer.echo(f"{account.name} may sign in as {account.role}")
        if account.role not in loaded.borough.web.roles:
            typer.echo(f"note: the role {account.role} may read nothing yet: web: roles: in borough.yaml says for what it may", err=True)


def list_users(context: typer.Context, project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """List the accounts: role, purposes, and whether they are disabled."""
    from borough.cli.show import count, table

    with _accounts(context, project) as (_, accounts):
        rows = [(a.name, a.role, list(a.purposes) if a.purposes is not None else None, a.disabled) for a in accounts.list()]
    heads = ("name", "role", "purposes", "disabled")
    if wants_json(context, as_json):
        print_json([dict(zip(heads, row, strict=True)) for row in rows])
        return
    table(heads, [(name, role, ", ".join(purposes) if purposes is not None else "all of the role", "yes" if disabled else "") for name, role, purposes, disabled in rows])
    typer.echo(count(len(rows), "account"))


def change(
    context: typer.Context,
    name: Name,
    role: Annotated[str | None, typer.Option("--role", help="Another role. Sessions of the old one end.", autocompletion=complete_role, show_default=False)] = None,
    disable: Annotated[bool | None, typer.Option("--disable/--enable", help="Shut somebody out, or let them in again.", show_default=False)] = None,
    new_password: Annotated[bool, typer.Option("--new-password", help="Set another password.")] = False,
    from_input: FromInput = False,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change an account's role or password, or disable it. It takes effect with the next request."""
    with _accounts(context, project) as (_, accounts):
        account = accounts.change(name, role=role, disabled=disable, password=_password(from_input) if new_password or from_input else None)
        if wants_json(context, as_json):
            print_json({"name": account.name, "role": account.role, "disabled": account.disabled})
            return
        typer.echo(f"{account.name}: {account.role}{', disabled' if account.disabled else ''}")


def remove(context: typer.Context, name: Name, project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Remove an account with its tokens. What it looked at stays in the audit log."""
    with _accounts(context, project) as (_, accounts):
        accounts.remove(name)
        if wants_json(context, as_json):
            print_json({"removed": name})
            return
        typer.echo(f"{name} is removed")


def token(
    context: typer.Context,
    name: Name,
    scopes: Annotated[list[str], typer.Option("--scope", help="What it is for: read:reports, read:properties or write:visits. May be given several times.", autocompletion=complete_scope)],
    days: Annotated[int, typer.Option("--days", help="Days for which it is good.", min=1, max=366)] = 90,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a token with which a programme asks the JSON API in an account's name. It is shown once: only a hash of it is kept."""
    with _accounts(context, project) as (_, accounts):
        secret, made = accounts.issue(name, scopes, days)
        if wants_json(context, as_json):
            print_json({"token": secret, "scopes": made.scopes, "expires": made.expires})
            return
        typer.echo(secret)
        typer.echo(f"good until {made.expires:%Y-%m-%d} for {', '.join(made.scopes)}; send it as: Authorization: Bearer TOKEN. It is not shown again", err=True)
