"""An AWS organization to try on: moto's server on loopback, filled with applications that are made up."""
