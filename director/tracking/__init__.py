"""Tracking: a projection of runs and global models for people who look at them in MLflow; it can be made anew."""
