"""The rules that combine updates, one family a file, each citing its paper."""
