"""Object stores: one set of options for whoever reaches one, the engine, Delta tables and small objects alike.

Options have the names of Rust's object_store (``aws_region`` …), which delta-rs and obstore share; they come from the
declaration, else from the environment under the names that every tool of AWS knows.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Mapping

from borough.engine.quoting import literal
from borough.errors import EngineError, LakeError, UsageError

_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*)://")
_PREFIX = {"s3": "aws_", "s3a": "aws_", "gs": "google_", "abfss": "azure_", "abfs": "azure_", "az": "azure_"}
_ENVIRONMENT = {
    "aws_access_key_id": ("AWS_ACCESS_KEY_ID",),
    "aws_secret_access_key": ("AWS_SECRET_ACCESS_KEY",),
    "aws_session_token": ("AWS_SESSION_TOKEN",),
    "aws_region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
    "aws_endpoint": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"),
    "aws_virtual_hosted_style_request": ("AWS_VIRTUAL_HOSTED_STYLE_REQUEST",),
}
# Azure's and Google's own names are read from the environment by obstore and delta-rs themselves.


def scheme_of(address: str) -> str | None:
    """``s3`` of ``s3://bucket/lake``; None for a path."""
    found = _SCHEME.match(address)
    return found[1] if found else None


def object_options(address: str, declared: Mapping[str, str] | None = None, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """What reaching an address needs. ``declared`` (``endpoint``, ``region`` …) goes before the environment.

    Raises UsageError for a scheme that nobody knows here, and where S3's region or the keys of a profile can't be found.
    """
    scheme = scheme_of(address)
    if scheme not in _PREFIX:
        raise UsageError(f"{address} is no place for a lake: {scheme}:// is not known", advice="give a folder, s3://bucket/prefix, abfss:// or gs://")
    found = {_named(key, _PREFIX[scheme]): value for key, value in (declared or {}).items()}
    if _PREFIX[scheme] != "aws_":
        return found
    environment = os.environ if environment is None else environment
    # The keys belong together: a declared one is never mixed with another's of the environment.
    own_keys = "aws_access_key_id" in found
    for key, names in _ENVIRONMENT.items():
        value = next((environment[name] for name in names if environment.get(name)), None)
        if value is not None and key not in found and not (own_keys and key in ("aws_secret_access_key", "aws_session_token")):
            found[key] = value
    _complete(address, found, environment)
    return found


def _named(key: str, prefix: str) -> str:
    name = key.lower().replace("endpoint_url", "endpoint")
    return name if name.startswith(prefix) or name in ("allow_http", "timeout", "connect_timeout", "proxy_url") else prefix + name


def _complete(address: str, options: dict[str, str], environment: Mapping[str, str]) -> None:
    endpoint = options.get("aws_endpoint")
    if endpoint is not None:
        if not _SCHEME.match(endpoint):
            raise UsageError(f"the endpoint {endpoint!r} of {address} is no URL", advice="write it with https:// or http://")
        options.setdefault("aws_region", "us-east-1")  # stores of one's own have no regions, but sign with one
        options.setdefault("allow_http", str(endpoint.startswith("http://")).lower())
    if "aws_region" not in options:
        raise UsageError(f"the region of {address} is not known", advice="set AWS_REGION, such as eu-west-2 for London")
    if "aws_access_key_id" not in options and environment.get("AWS_PROFILE"):
        options.update(_profile(environment["AWS_PROFILE"]))


def _profile(name: str) -> dict[str, str]:
    """The keys of a profile in ~/.aws, by AWS's own library."""
    try:
        session = importlib.import_module("botocore.session").Session(profile=name)
    except ImportError as error:
        raise UsageError(f"AWS_PROFILE={name} is set, and reading profiles needs botocore", advice="pip install botocore, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY") from error
    try:
        keys = session.get_credentials().get_frozen_credentials()
    except Exception as error:  # botocore's errors share no class with those of its configuration files
        raise UsageError(f"the keys of AWS_PROFILE={name} can't be had: {error}", advice="aws sts get-caller-identity should say who you are") from error
    found = {"aws_access_key_id": keys.access_key, "aws_secret_access_key": keys.secret_key, "aws_session_token": keys.token}
    return {key: value for key, value in found.items() if value}


def secret_sql(bucket: str, options: Mapping[str, str]) -> str:
    """The statement that tells DuckDB how to reach a bucket of S3 (``s3://bucket``)."""
    parts = {
        "KEY_ID": options.get("aws_access_key_id"),
        "SECRET": options.get("aws_secret_access_key"),
        "SESSION_TOKEN": options.get("aws_session_token"),
        "REGION": options.get("aws_region"),
        "ENDPOINT": _SCHEME.sub("", options["aws_endpoint"]).rstrip("/") if "aws_endpoint" in options else None,
        "URL_STYLE": "vhost" if options.get("aws_virtual_hosted_style_request") == "true" else "path",
    }
    said = [f"{key} {literal(value)}" for key, value in parts.items() if value is not None]
    if options.get("aws_endpoint", "").startswith("http://"):
        said.append("USE_SSL false")
    if "aws_access_key_id" not in options:
        said.append("PROVIDER credential_chain")  # a role of the machine
    return f"CREATE OR REPLACE SECRET borough_{re.sub('[^a-z0-9]', '_', bucket)} (TYPE s3, {', '.join(said)}, SCOPE {literal(bucket)})"


_LOST = (
    (re.compile(r"NoSuchBucket"), "there is no such bucket"),
    (re.compile(r"AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|403 Forbidden|401 Unauthorized|HTTP 40[13]\b"), "it refuses the credentials"),
    (re.compile(r"NoCredentials|CredentialsNotLoaded|failed to load IMDS", re.IGNORECASE), "there are no credentials"),
    (re.compile(r"timed out|TimedOut|kind: Timeout|Timeout was reached"), "no answer in time"),
    (re.compile(r"error sending request|tcp connect error|Connection refused|Could not connect|Could not resolve|dns error|Connection reset|Failure when receiving data|connection closed"), "no connection"),
    (re.compile(r"Server returned error|\b5\d\d (?:Internal Server|Service Unavailable|Bad Gateway|Gateway Timeout|Slow Down)|HTTP 5\d\d\b|error decoding response body|error reading a body|IncompleteBody"), "it answers with an error"),
)  # fmt: skip
_ABOUT_A_STORE = re.compile(r"[a-z0-9]+://|Generic (?:S3|GCS|MicrosoftAzure) error|HTTP [Ee]rror|error for HTTP")


def unreachable(text: str) -> str | None:
    """Why an object store could not be reached, if that is what an error says."""
    if not _ABOUT_A_STORE.search(text):
        return None
    return next((reason for pattern, reason in _LOST if pattern.search(text)), None)


def lost(address: str, reason: str) -> LakeError:
    """The one way to tell that a store is away."""
    advice = "see to the keys and what they permit" if "credentials" in reason else "see to the address (lake:, AWS_ENDPOINT_URL)" if "bucket" in reason else "see that it is up"
    return LakeError(f"the lake {address} can't be reached: {reason}", advice=f"{advice}, and run again; nothing of this run was published")


def lost_in(text: str, roots: Mapping[str, object]) -> LakeError | EngineError:
    """What a failed statement of the engine tells: a store that is away is the lake's trouble, all else the statement's."""
    reason = unreachable(text) if roots else None
    return EngineError(text) if reason is None else lost(next(iter(roots)), reason)
