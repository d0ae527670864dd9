"""How fast the director is, measured: every figure stands beside a floor or a peer of the same run and machine."""
