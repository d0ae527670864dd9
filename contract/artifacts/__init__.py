"""The files of an upload as their bytes: strict readers that execute nothing, and writers of the same grammar."""
