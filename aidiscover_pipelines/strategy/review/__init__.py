"""What people say about recommendations, what holds of it, and what can be learnt from it."""
