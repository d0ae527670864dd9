"""What `fl-director doctor` looks at: what was found goes in, findings come out; nothing here mends anything."""
