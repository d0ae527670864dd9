"""What keeps the house in order: readers of what happened, views, logs, copies, repairs."""
