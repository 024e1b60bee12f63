"""Which of several values stands, by declared rules; what a source is worth; what is no dispute."""
