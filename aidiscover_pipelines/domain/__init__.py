"""The ground floor: frozen models, the error tree and the names of things. Standard library and pydantic only."""
