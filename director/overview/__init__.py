"""The federation in one look and over time: who is silent, what waits on whom, what a person must decide."""
