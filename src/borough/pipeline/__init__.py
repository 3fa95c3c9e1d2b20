"""The one conductor: orders the nodes of the programme, keeps the run's ledger, publishes."""
