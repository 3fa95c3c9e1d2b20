"""``borough serve``: pages, maps and the JSON API."""

from __future__ import annotations

from typing import Annotated

import typer

from borough.cli.context import JsonOption, ProjectOption, clock, folder, load_project, print_json, wants_json


def complete_role(incomplete: str) -> list[str]:
    from borough.project.web_specs import ROLES

    return [role for role in ROLES if role.startswith(incomplete)]


def register(app: typer.Typer) -> None:
    app.command(epilog="Examples: `borough serve` · `borough serve --port 8080 --role analyst` · `borough serve --host 0.0.0.0` with a certificate or a trusted proxy declared")(serve)


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option("--host", help="Address to listen on. Any but this machine's own needs `web: tls:` or `web: trusted_proxies:`.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen on.", min=1, max=65535)] = 8000,
    role: Annotated[str, typer.Option("--role", help="Role of whoever opens the link that is printed.", autocompletion=complete_role)] = "officer",
    link: Annotated[bool, typer.Option("--link/--no-link", help="On this machine: print a link that signs in once, within ten minutes.")] = True,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Serve the pages, maps and JSON API of what was published last, until Ctrl-C. New runs and declarations show by themselves.

    Others sign in with an account (`borough user add`) or with the council's identity provider (`web: oidc:` in borough.yaml).
    """
    from borough.errors import UsageError
    from borough.project.web_specs import ROLES

    loaded = load_project(context, project)
    if role not in ROLES:
        raise UsageError(f"there is no role {role!r}", advice=f"one of: {', '.join(ROLES)}")
    from borough.web import serving

    serving.refuse_open(host, loaded.borough.web)
    serving.refuse_unbuilt()
    root = folder(context, project)
    tls = serving.certificate(root, loaded)
    listener = serving.listening(host, port)
    from borough.web.service import Service

    web = loaded.borough.web
    secure = web.tls is not None or bool(web.trusted_proxies)
    service = Service(root, clock=lambda: clock(None))
    app, access = serving.application(service, host=host, port=port, secure=secure)
    where = f"{'https' if web.tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"
    once = f"{where}/sign-in/once/{access.sessions.once(role)}" if link and serving.is_local(host) else None
    if wants_json(context, as_json):
        print_json({"address": where, "link": once})
    else:
        typer.echo(f"{loaded.borough.borough}: {where}")
        if once:
            typer.echo(f"sign in as {role} with this link, once, within ten minutes:\n  {once}")
        if not web.roles:
            typer.echo("note: no role may read anything yet: web: roles: in borough.yaml says who reads for what", err=True)
        typer.echo("Ctrl-C ends it")
    serving.run(app, web, listener, tls)
