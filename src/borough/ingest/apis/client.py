"""A resource of a REST API, page by page, through dlt's REST client: paging, authentication, patience.

What dlt can only guess (the name of a page parameter, whether pages count from 0 or 1) is not guessed here: it is to be declared.
A page that came before, an announced total that was not reached, and a next page on another host are refused.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from borough.errors import FeedError
from borough.ingest.spans import seconds
from borough.project.connect import ApiSpec, AuthSpec, PagingSpec, ResourceSpec, RetrySpec

if TYPE_CHECKING:
    import requests
    from dlt.sources.helpers.rest_client.client import RESTClient
    from dlt.sources.helpers.rest_client.paginators import BasePaginator

TIMEOUT = 60  # seconds for an answer
LONGEST_WAIT = 60  # seconds between two attempts, whatever the server asks for
PAGE = 100  # records a page, where an offset is declared without a size
TOTALS = ("total", "totalcount", "total_count", "totalresults", "total_results", "totalrecords", "total_records", "numbermatched", "count")


@dataclass(frozen=True)
class Page:
    """An answer: its text, how many records the client found in it, and the dotted path they are at (None: at the top)."""

    text: str
    records: int
    path: str | None


def pages(api: ApiSpec, retry: RetrySpec, resource: ResourceSpec, params: Mapping[str, str]) -> Iterator[Page]:
    """The pages of a resource. Raises FeedError: away, refused, not JSON, divided in a way that is not declared, or repeating itself."""
    paging = resource.paging or api.paging
    selector = resource.records
    seen: dict[str, int] = {}
    read = 0
    last: Any = None
    with _told(resource), closing(_session(retry)) as session:
        client = _client(api, session)
        sent = {**params, **_size(paging)}
        answers = client.paginate(resource.path, params=sent, data_selector=selector, paginator=_paginator(paging), hooks={"response": [_whole]})
        for number, page in enumerate(answers, start=1):
            response = page.response
            _same_host(api, str(page.request.url), resource)
            digest = hashlib.sha256(response.content).hexdigest()
            if digest in seen and len(page):
                raise FeedError(
                    f"{resource.path}: page {number} repeats page {seen[digest]}", advice="nothing was taken in; declare how the API divides its answers: paging: {by: …, param: …}"
                )
            seen[digest] = number
            selector = resource.records or client.detect_data_selector(response)
            last = response.json()
            if resource.records and _absent(last, resource.records):
                raise FeedError(f"{resource.path}: nothing at {resource.records!r} in the answer, which has {_keys(last)}", advice="mend records in the resource")
            read += len(page)
            yield Page(response.text, len(page), None if selector == "$" else selector)
        _complete(paging, resource, last, read)


def _session(retry: RetrySpec) -> requests.Session:
    from dlt.sources.helpers.requests.retry import Client

    return Client(
        request_timeout=TIMEOUT, raise_for_status=False, request_max_attempts=retry.attempts,
        request_backoff_factor=seconds(retry.wait), request_max_retry_delay=LONGEST_WAIT,
    ).session  # fmt: skip


def _client(api: ApiSpec, session: requests.Session) -> RESTClient:
    from dlt.sources.helpers.rest_client.client import RESTClient
    from dlt.sources.helpers.rest_client.detector import PaginatorFactory, header_links_detector, json_links_detector, single_page_detector

    logging.getLogger("dlt").setLevel(logging.ERROR)  # what it guesses is told here, where it matters
    certain = PaginatorFactory([header_links_detector, json_links_detector, single_page_detector])
    headers = {"Accept": "application/json", **api.headers}
    return RESTClient(api.url, headers=headers, auth=_auth(api.auth, session), session=session, paginator_factory=certain)


def _whole(response: requests.Response, *_args: Any, **_more: Any) -> None:
    """Read an answer to its end before its status is judged: its connection is free then, however it ends."""
    with closing(response):
        response.content  # noqa: B018 - reads it
        response.raise_for_status()


def _auth(auth: AuthSpec | None, session: requests.Session) -> Any:
    from dlt.sources.helpers.rest_client import auth as ways

    if auth is None:
        return None
    if auth.bearer is not None:
        return ways.BearerTokenAuth(token=auth.bearer)
    if auth.basic is not None:
        return ways.HttpBasicAuth(username=auth.basic.user, password=auth.basic.password)
    if auth.api_key is not None:
        return ways.APIKeyAuth(name=auth.api_key.name, api_key=auth.api_key.value, location=auth.api_key.place)
    if auth.oauth2 is None:
        return None
    asked = auth.oauth2
    return ways.OAuth2ClientCredentials(
        access_token_url=asked.token_url, client_id=asked.client_id, client_secret=asked.client_secret,
        access_token_request_data={"scope": asked.scope} if asked.scope else {}, session=session,
    )  # fmt: skip


def _paginator(paging: PagingSpec | None) -> BasePaginator | None:
    from dlt.sources.helpers.rest_client import paginators as ways

    if paging is None:
        return None
    if paging.by == "none":
        return ways.SinglePagePaginator()
    if paging.by == "link_header":
        return ways.HeaderLinkPaginator()
    if paging.by == "next_url":
        return ways.JSONLinkPaginator(next_url_path=paging.at or "next")
    if paging.by == "cursor":
        return ways.JSONResponseCursorPaginator(cursor_path=paging.at or "next", cursor_param=paging.param or "cursor")
    if paging.by == "page":
        first = 1 if paging.first is None else paging.first
        return ways.PageNumberPaginator(base_page=first, page_param=paging.param or "page", total_path=paging.total)
    return ways.OffsetPaginator(
        limit=paging.size or PAGE, offset_param=paging.param or "offset", limit_param=paging.size_param or "limit", total_path=paging.total
    )


def _size(paging: PagingSpec | None) -> dict[str, str]:
    if paging is None or paging.size is None or paging.size_param is None or paging.by == "offset":
        return {}
    return {paging.size_param: str(paging.size)}


def _same_host(api: ApiSpec, url: str, resource: ResourceSpec) -> None:
    """The next page may not lead elsewhere: it would be told the token."""
    there, here = urlsplit(url), urlsplit(api.url)
    if there.netloc and (there.scheme, there.netloc) != (here.scheme, here.netloc):
        raise FeedError(f"{resource.path}: the next page is at {there.scheme}://{there.netloc}, not at the API", advice="ask who runs the API; nothing was taken in")


def _complete(paging: PagingSpec | None, resource: ResourceSpec, last: Any, read: int) -> None:
    """Undeclared paging that was not recognised shows in what the answer announces."""
    if not isinstance(last, dict) or (paging is not None and paging.by == "none"):
        return
    announced = {key: value for key, value in _numbers(last).items() if key.rsplit(".", 1)[-1].lower() in TOTALS and value > read}
    for key, value in announced.items():
        raise FeedError(
            f"{resource.path}: the answer announces {key}: {value:,}, but {read:,} records came",
            advice="declare how the API divides its answers: paging: {by: page, param: …} or another; `paging: {by: none}` if there is no more",
        )


def _numbers(answer: Mapping[str, Any]) -> dict[str, int]:
    """Whole numbers at the top of an answer and one level below."""
    found = {key: value for key, value in answer.items() if isinstance(value, int)}
    for above, inner in answer.items():
        if isinstance(inner, dict):
            found |= {f"{above}.{key}": value for key, value in inner.items() if isinstance(value, int)}
    return found


def _absent(answer: Any, path: str) -> bool:
    for key in path.split("."):
        if not isinstance(answer, dict) or key not in answer:
            return True
        answer = answer[key]
    return False


def _keys(answer: Any) -> str:
    return ", ".join(map(repr, list(answer)[:12])) if isinstance(answer, dict) else f"no keys: it is {'an array' if isinstance(answer, list) else 'a value'}"


@contextmanager
def _told(resource: ResourceSpec) -> Iterator[None]:
    """Turns what requests and dlt raise into a FeedError that says what failed; addresses may hold keys, so only the path is told."""
    import requests

    path = resource.path
    try:
        yield
    except requests.HTTPError as error:
        if error.response is None:
            raise FeedError(f"{path}: the API refused", advice="run again later") from error
        raise FeedError(f"{path}: {_status(error.response)}", advice=_advice(error.response.status_code)) from error
    except (requests.JSONDecodeError, json.JSONDecodeError) as error:
        raise FeedError(f"{path}: the answer is not JSON{_begins(error.doc)}", advice="look at the address and what the API needs to answer JSON; nothing was taken in") from error
    except requests.RequestException as error:
        why = f"the API can't be reached ({type(error).__name__})"
        raise FeedError(f"{path}: {why}", advice="check the address and the network, and run again; nothing was taken in") from error
    except ValueError as error:
        raise FeedError(f"{path}: {_first_line(error)}", advice="mend paging in the resource") from error


def _first_line(error: Exception) -> str:
    """What dlt says of a paging that does not fit, without the answer that it quotes."""
    return str(error).split(". ")[0].split(", got")[0].splitlines()[0][:200]


def _status(response: Any) -> str:
    return f"the API answered {response.status_code} {response.reason or ''}".rstrip()


def _advice(status: int) -> str:
    if status in (401, 403):
        return "check connect.api.auth, and what the token may see"
    if status == 404:
        return "check the resource's path and connect.api.url"
    if status == 429:
        return "the API asks for patience: run again later, or ask for more with larger pages or a cursor"
    return "run again later; nothing was taken in" if status >= 500 else "check the resource's path and params"


def _begins(text: str) -> str:
    """How a page of HTML begins; of anything else nothing, which may be about residents."""
    start = " ".join(text[:300].split())
    if not start:
        return "; it is empty"
    return f" but HTML: it begins {start[:60]!r}" if start.startswith("<") else "; it is broken or cut off"
