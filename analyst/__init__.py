"""The analyst's client: asks a director for risk levels, and knows the agreed messages alone."""
