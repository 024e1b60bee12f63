"""How far a recommendation can be trusted, fitted on cases that the policy met for the first time."""
