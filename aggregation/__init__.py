"""The arithmetic: many model updates in, one global state out. Knows no torch, no clock and no network."""
