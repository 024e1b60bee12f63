"""Doubtful mappings, gaps and patterns: Asset Intelligence, Data Quality, Pattern Recognition."""
