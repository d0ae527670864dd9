"""The records: rows, files and the audit, written so that an act happened whole or not at all."""
