"""The asset graph, one module for each group: declarations and metadata only."""
