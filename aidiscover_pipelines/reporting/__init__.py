"""The portfolio report, its charts and its figures."""
