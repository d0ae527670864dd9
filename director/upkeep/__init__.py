"""What keeps the house in order while and after it works: views, logs, copies, repairs."""
