"""What a database says when it refuses, in words and without what was to be written."""

from __future__ import annotations

from borough.errors import StateError

_ADVICE = (
    (("locked", "busy"), "another process has been writing for long; run again"),
    (("full", "no space"), "make room on the disk that it lies on"),
    (("not a database", "malformed", "corrupt"), "bring it back from a backup, or move it away: sessions and counters begin anew, no data of the lake is in it"),
    (("readonly", "read-only", "permission denied", "unable to open"), "let this user write to the file and its folder"),
    (("password authentication", "authentication failed", "no pg_hba"), "check user and password in state: of borough.yaml"),
    (("does not exist",), "create the database, or check its name in state: of borough.yaml"),
)


def refused(error: Exception, where: str) -> StateError:
    """A StateError that says what was found. The statement and its values, which SQLAlchemy's message quotes, are left out."""
    reason = _reason(error)
    folded = reason.casefold()
    advice = next((advice for words, advice in _ADVICE if any(word in folded for word in words)), "check that it is running and can be reached")
    return StateError(f"the operational state at {where} can't be used: {reason}", advice=advice)


def _reason(error: Exception) -> str:
    origin: BaseException = getattr(error, "orig", None) or error
    if said := _from_postgres(origin):
        return said
    if origin is error and not isinstance(error, OSError):
        return type(error).__name__
    cause = origin.__cause__
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return str(origin.strerror) if isinstance(origin, OSError) and origin.strerror else str(next(iter(origin.args), type(origin).__name__))


def _from_postgres(error: BaseException | None) -> str | None:
    """PostgreSQL's own message (M of its fields). It may stand behind a broken pipe: pg8000 says goodbye to a server that has hung up."""
    while error is not None:
        first = next(iter(error.args), None)
        if isinstance(first, dict) and "M" in first:
            return str(first["M"])
        error = error.__cause__ or error.__context__
    return None
