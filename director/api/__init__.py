"""The HTTP door: one file a resource; a handler is a typed signature and one call."""
