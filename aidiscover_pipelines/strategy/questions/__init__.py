"""What is not known, and which answer would change most."""
