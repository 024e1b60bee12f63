#!/bin/sh
# Each file below /run/secrets whose name is that of a variable becomes that variable, for the command only: no secret
# stands in an image or a compose file. Orchestrators that set variables from secrets themselves need no such file.
set -eu
for file in "${SECRETS:-/run/secrets}"/*; do
    name=${file##*/}
    case $name in *[!A-Z0-9_]* | [0-9]*) continue ;; esac
    if [ -f "$file" ]; then
        value=$(cat "$file")
        export "$name=$value"
    fi
done
exec "$@"
