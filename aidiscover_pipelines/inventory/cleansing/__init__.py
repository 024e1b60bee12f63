"""Cells as read to normalised values, by declared rules that people may undo."""
