"""Who takes part: hospitals, the codes they join with, their tokens, what each role may do."""
