"""The ``borough`` command: the composition root. Commands import what they use when they run."""

from borough.cli.app import main

__all__ = ["main"]
