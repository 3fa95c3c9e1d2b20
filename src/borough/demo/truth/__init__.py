"""The hidden truth: written beside the extracts, never read by the pipeline, and what a run is measured against."""
