"""What goes wrong between the world and a system's extract: kinds of faults, each with a name, a rate and what should become of it."""
