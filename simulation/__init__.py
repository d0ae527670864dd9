"""A consortium that doesn't exist: synthetic hospitals, the demo of real processes, many hospitals in one process."""
