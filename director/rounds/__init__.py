"""Training in rounds: the place is kept, nothing is here yet."""
