"""One module or folder for each thing outside: database, files, models, crews, clouds. SDKs load inside functions."""
