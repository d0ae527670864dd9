"""The rules that combine updates, one family a file, each citing its paper.

All see states behind one scaler, and none learns who came first. Each says whether it counts updates alike. A rule
that a few bad updates can't steer bears f of n, under its condition, and says so where it can't.

All work on one model an update. Where hospitals send more than that (a control variate, say), each further role is
further ``Tensors`` of ``ModelUpdate``, and the rule that knows it reads them.
"""
