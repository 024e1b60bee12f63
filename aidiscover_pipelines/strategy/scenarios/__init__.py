"""What the plan would be under another goal or policy."""
