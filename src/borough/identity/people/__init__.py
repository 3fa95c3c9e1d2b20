"""People: records cleaned, compared by Splink, explained, and the linkage trained."""
