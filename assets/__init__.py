"""The asset graph, one module for each stage: declarations and metadata only."""
