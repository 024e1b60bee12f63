"""The roof: everything composed into one code location."""
