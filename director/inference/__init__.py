"""Questions to the current models."""
