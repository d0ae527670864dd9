"""Tasks of admissions: MIMIC-IV's tables → a cohort, an admission a row."""
