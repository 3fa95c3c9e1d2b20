"""Ready-made sources and standard datasets: declarations that a council copies into its project and makes its own."""
