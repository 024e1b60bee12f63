"""The console script: one module for each group of commands; JSON documents as DESIGN promises them."""
