"""Who may come in: accounts, sessions, tokens, and what stands before every page."""

from borough.web.access.door import Access, SignInNeededError, confirm, local_path, signed_in
from borough.web.access.user import User

__all__ = ["Access", "SignInNeededError", "User", "confirm", "local_path", "signed_in"]
