"""Training in rounds: runs that hospitals are invited to, what returns, when a round closes, what comes next."""
