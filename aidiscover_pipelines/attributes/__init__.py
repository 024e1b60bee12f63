"""The 22 critical attributes of each application, with state, quality, evidence and the next question."""
