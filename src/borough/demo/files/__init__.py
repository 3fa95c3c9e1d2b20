"""The yard on a disk: where extracts are put down as files and tables."""
