"""What decides between the six Rs, as data: shipped, laid over by a tenant, checked, scored."""
