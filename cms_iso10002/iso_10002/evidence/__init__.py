"""What the records prove for each clause: one small function a figure, one module a subject.

`model` says what evidence is, `registry` which figures there are. Each other module holds the figures of a subject.
"""
