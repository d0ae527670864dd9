"""The rules that combine updates, one family a file, each citing its paper.

All see states behind one scaler, and none learns who came first. All but ``fedavg`` count every update alike. A rule
that a few bad updates can't steer bears f of n, under its condition, and says so where it can't.
"""
