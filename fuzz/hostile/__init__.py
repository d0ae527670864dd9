"""Builders of hostile model and scaler files: torch's and joblib's forms written by hand, with a knob for every lie.

Independent of the product's own writers, so that a mistake there can't hide here. Each control (no knob turned) is
accepted, which shows that a case is refused for its lie and for nothing else. The tests read every case; the attack
begins with them.
"""
