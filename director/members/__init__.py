"""Who takes part: hospitals, the codes they join with, tokens, and what each role may do."""
