"""What the services that know people have in common: chances of a person, homes as they are known, extracts by entry date."""
