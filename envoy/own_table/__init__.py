"""A hospital's own table: one file with the columns that a task declares → its cohort, or every defect of it by name.

Knows no director and no network.
"""
