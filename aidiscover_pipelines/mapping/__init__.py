"""From source columns to canonical fields, with a confidence."""
