"""The records: rows, files, the audit; an act is in them whole or not at all."""
