"""Hospitals with what they upload, from its bytes to a verdict."""
