"""What people's own watching reads: figures of the process and of the federation, and alerts when something begins."""
