"""The HTTP door: one file per resource; a handler is a typed signature and one to four calls."""
