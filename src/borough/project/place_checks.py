"""Mistakes in where files are: addresses, and the options that reach them."""

from __future__ import annotations

import re

from borough.project.explain import nearest, one_of
from borough.project.findings import Findings, Where
from borough.project.reaching import ANYWHERE, OPTIONS, SCHEMES, SECRET, WEB, Address, address_of, size_in_bytes
from borough.project.resolve import file_patterns
from borough.project.specs import SourceSpec

_ARCHIVE = re.compile(r"\.zip/", re.IGNORECASE)
_FROM_ENVIRONMENT = "`${NAME}` of the environment: declarations are kept where many read them"


def check_place(findings: Findings, at: Where, pattern: str) -> None:
    """One glob of files: can there be such an address?"""
    archives = list(_ARCHIVE.finditer(pattern))
    if len(archives) > 1:
        findings.error_inside(at, archives[1].start() + 1, "an archive in an archive", "one `.zip/` in a pattern: unpack the outer one on its way")
    address = address_of(pattern)
    if address is None:
        return
    if address.scheme not in SCHEMES:
        findings.error(at, f"files at {address.scheme}://", f"a folder, or {one_of(f'{scheme}://' for scheme in SCHEMES)}", nearest(address.scheme, SCHEMES))
    elif not address.host:
        findings.error(at, f"{address.scheme}:// without a {'server' if address.scheme in ('sftp', *WEB) else 'bucket'}", f"{address.scheme}://NAME/…")
    elif address.scheme in WEB:
        _web(findings, at, pattern, address)
    if address.password is not None:
        _password(findings, at)


def _web(findings: Findings, at: Where, pattern: str, address: Address) -> None:
    """Nothing of the web can be listed."""
    inside = _ARCHIVE.search(pattern)
    outer = pattern[address.start : inside.end() if inside else len(pattern)]
    found = re.search(r"\*|\{", outer if inside else outer.partition("?")[0])
    if found is not None:
        findings.error_inside(at, address.start + found.start(), f"{found[0]!r} in an address of the web", "the address of one file: servers of the web can't be asked what they have")


def _password(findings: Findings, at: Where) -> None:
    written = findings.project.written(at.kind, at.name, *at.path) or ""
    said = address_of(written.strip().strip("'\""))
    if said is not None and said.password is not None and "${" not in said.password:
        findings.error(at, "a password in an address", f"{_FROM_ENVIRONMENT}; or `password:` in connect.options")


def check_options(findings: Findings, source: SourceSpec) -> None:
    """What `connect.options` says, held against where the source's files are."""
    patterns = [pattern for feed in source.feeds.values() for pattern in file_patterns(source, feed) if pattern]
    schemes = {address.scheme for pattern in patterns if (address := address_of(pattern)) is not None}
    known = list(dict.fromkeys([option for scheme in SCHEMES if scheme in schemes for option in OPTIONS[scheme]])) + list(ANYWHERE)
    for key, value in source.connect.options.items():
        at = Where("source", source.source, ("connect", "options", key))
        if schemes <= set(SCHEMES) and key not in known:
            where = "files of this machine" if not schemes else "files at " + " and ".join(f"{scheme}://" for scheme in sorted(schemes))
            findings.error_at_key(at, f"the option {key!r} for {where}", one_of(known), nearest(key, known))
        elif key in SECRET and "${" not in (findings.project.written("source", source.source, "connect", "options", key) or ""):
            findings.error(at, f"a secret in {key!r}", _FROM_ENVIRONMENT)
        elif key == "largest_member" and size_in_bytes(value) is None:
            findings.error(at, f"{value!r}", "a size such as 20 GB")
