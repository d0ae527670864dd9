"""Hospitals' uploads, from their bytes to a verdict."""
