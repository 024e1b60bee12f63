"""Rows about the same thing to one asset: keys, evidence for and against, what people said."""
