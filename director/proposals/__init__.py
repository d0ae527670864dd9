"""What one admin proposes and another approves, where the director is set to ask for two."""
