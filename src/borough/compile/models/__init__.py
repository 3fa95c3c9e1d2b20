"""Models of risk: declarations bound to attributes, encoded as terms, and fitted models as SQL."""
