"""Hospitals' models, combined into versions of a global one."""
