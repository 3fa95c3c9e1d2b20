"""How to reach a source: files, a database, an API; and what to ask of it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from borough.project.spec import Names, Spec

SPAN = r"^\d+ (second|minute|hour|day|week)s?$"


class OAuthSpec(Spec):
    """OAuth 2.0 client credentials."""

    token_url: str = Field(description="Where tokens are given.")
    client_id: str = Field(description="The client.")
    client_secret: str = Field(description="Its secret: `${NAME}` of the environment.")
    scope: str | None = Field(default=None, description="The scope asked for.")


class ApiKeySpec(Spec):
    """A key in a header or in the query."""

    name: str = Field(default="X-API-Key", description="Name of the header or parameter.")
    value: str = Field(description="The key: `${NAME}` of the environment.")
    place: Literal["header", "query"] = Field(default="header", description="Where it goes.")


class BasicSpec(Spec):
    """User and password."""

    user: str = Field(description="The user.")
    password: str = Field(description="The password: `${NAME}` of the environment.")


class AuthSpec(Spec):
    """How an API is told who asks: one of these."""

    bearer: str | None = Field(default=None, description="A token: `${NAME}` of the environment.")
    basic: BasicSpec | None = Field(default=None, description="User and password.")
    api_key: ApiKeySpec | None = Field(default=None, description="A key in a header or in the query.")
    oauth2: OAuthSpec | None = Field(default=None, description="OAuth 2.0 client credentials.")


class PagingSpec(Spec):
    """How an API divides its answer into pages. What is not declared is detected from the first answer."""

    by: Literal["none", "link_header", "next_url", "cursor", "page", "offset"] = Field(
        description="`link_header` (RFC 8288), `next_url` in the answer, a `cursor` in the answer, `page` numbers, an `offset`, or `none`."
    )
    at: str | None = Field(default=None, description="Dotted path in the answer: of the next URL, or of the cursor.")
    param: str | None = Field(default=None, description="The parameter with the page, the offset or the cursor. Default: `page`, `offset`, `cursor`.")
    size: int | None = Field(default=None, ge=1, description="Records a page.")
    size_param: str | None = Field(default=None, description="The parameter with the size. Default: `limit` for an offset; none is sent otherwise.")
    first: int | None = Field(default=None, ge=0, description="Number of the first page. Default: 1.")
    total: str | None = Field(default=None, description="Dotted path in the answer of the number of pages (page) or records (offset).")


class ApiSpec(Spec):
    """A REST API that answers JSON."""

    url: str = Field(pattern=r"^(https?://|\$\{)", description="The base of its addresses.")
    auth: AuthSpec | None = Field(default=None, description="How it is told who asks.")
    headers: dict[str, str] = Field(default_factory=dict, description="Headers of every request.")
    paging: PagingSpec | None = Field(default=None, description="How its answers are divided, where a resource does not say.")


class RetrySpec(Spec):
    """How patient Borough is with a source that is away."""

    attempts: int = Field(default=4, ge=1, le=20, description="How often it is tried in one run.")
    wait: str = Field(default="1 second", pattern=SPAN, description="Wait before the second attempt; doubled from one to the next.")


class ConnectSpec(Spec):
    """How to reach a source: by files, a database or an API."""

    files: Names | None = Field(
        default=None,
        description="Glob(s) of files: in folders, or `s3://bucket/…`, `abfss://…`, `gs://…`, `sftp://user@host/…`, one file at `https://…`; `*.zip/*.csv` for members of archives. `{name}` takes a part of the path as a column; `{extract_date:%Y-%m-%d}` is the date of the extract.",
    )
    options: dict[str, str] = Field(
        default_factory=dict, description="What reaching the files needs beside their address, such as `endpoint`, `region`, `key`, `secret` (S3) or `key_file`, `passphrase`, `password`, `known_hosts`, `host_key` (SFTP); `largest_member`, such as `20 GB`, for what may be in an archive. Secrets as `${NAME}`. Default: the environment's."
    )
    settle: str | None = Field(
        default=None, pattern=SPAN, description="A file younger than this (by the clock, not by `--now`) may still be being written, and is left for the next run. Files that change while they are read, or that a program of this machine has open for writing, are left in any case."
    )
    database: str | None = Field(
        default=None, description="Address of a database: `postgresql://…`, `mysql://…`, `mariadb://…`, `sqlite:///…`, `mssql://…` or `oracle://…`."
    )
    api: ApiSpec | None = Field(default=None, description="A REST API.")
    retry: RetrySpec = Field(default_factory=RetrySpec, description="How patient Borough is with a source that is away.")


class CursorSpec(Spec):
    """What is new at the source, told by a column that only rises. Without it every extract is complete."""

    column: str = Field(description="The column, such as `updated_at` or `id`.")
    overlap: str | None = Field(
        default=None, pattern=r"^\d+( (second|minute|hour|day|week)s?)?$", description="How far to go back behind the last value, for rows that came late: a span for a time, a number for a number. Rows received again are recognised."
    )
    start: str | None = Field(default=None, description="Where the first extract begins. Default: at the beginning.")
    param: str | None = Field(default=None, description="For an API: the parameter that takes the value, such as `updated_since`.")


class ResourceSpec(Spec):
    """A resource of an API."""

    path: str = Field(description="Its path below the API's address, such as `v1/cases`.")
    params: dict[str, str] = Field(default_factory=dict, description="Parameters of the query.")
    records: str | None = Field(default=None, description="Dotted path of the array of records in an answer. Default: found.")
    paging: PagingSpec | None = Field(default=None, description="How its answers are divided. Default: as the API declares, else detected.")

