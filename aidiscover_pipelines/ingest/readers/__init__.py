"""One reader for each format, loaded only in the child process that parses."""
