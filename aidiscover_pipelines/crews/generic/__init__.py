"""Crews that tenants define: one contract, one offline composer and one kind of case for all of them."""
