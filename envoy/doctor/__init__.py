"""What `fl-envoy doctor` looks at: a hospital's home, its way to the director, its machine. It mends nothing."""
