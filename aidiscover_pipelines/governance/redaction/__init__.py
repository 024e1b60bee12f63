"""What may not leave for a remote model: found, taken out, and put back into answers."""
