"""Operational state: sessions, attempts at reaching others, the inbox. Nothing that changes an output lives only here."""

from borough.state.model import Attempt, Message, Received
from borough.state.opening import open_state
from borough.state.port import State

__all__ = ["Attempt", "Message", "Received", "State", "open_state"]
