"""A small fictional council, made from a seed: declarations, a year of messy extracts, and the truth behind them.

It shares no code, constants or lists with the rest of Borough, so that it can judge the rest: what
``truth.json`` says was worked out here, and not by the code under test.
"""

from __future__ import annotations

from borough.demo.council import Summary, generate

__all__ = ["Summary", "generate"]
