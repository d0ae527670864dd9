"""What the federation learns, and what everyone starts from."""
