"""Every request and response, as pydantic models: the OpenAPI document and every client derive from these alone.

One file per resource, as in ``director.api``.
"""
