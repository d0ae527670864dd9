"""What the federation learns: each task with its statistics, its starts, its tables."""
