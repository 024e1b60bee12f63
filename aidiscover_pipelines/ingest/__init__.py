"""Intake: which file formats are read, how uploads become kept originals, and originals become sheets of text rows."""
