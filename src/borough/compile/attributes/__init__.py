"""Attributes of entities: declarations → what they are made of → SQL for today, for any date, and for those whom something touched."""
