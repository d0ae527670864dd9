"""What every party agrees on: names, tasks, the architecture, the artifact files, messages, error codes.

Pure: bytes and numbers in, bytes and numbers out. This package refuses to know torch, files, the clock and the network.
"""
