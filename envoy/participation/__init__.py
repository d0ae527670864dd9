"""Training in rounds: one long-lived program that waits, trains and returns, as far as the hospital allows."""
