"""What crews keep in mind: written after answers were checked, recalled, forgotten."""
