"""What revenues, electoral services, housing and customer services have in common: who lives in a home, as these were told."""
