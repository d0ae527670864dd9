"""The parts of ``python -m aggregation``: its arguments, the folders that it reads, the result that it writes."""
