"""What the services of the place have in common: what befalls homes and streets, who reports it, how it is entered, files by the month."""
