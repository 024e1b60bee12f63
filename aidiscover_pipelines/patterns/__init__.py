"""Groups of applications that look alike, and those that stand out."""
