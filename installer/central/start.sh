#!/bin/sh
# Starts central, or the command of it that is named. The address of the database holds a password: it comes from a file
# and stands on no list of processes. Where the file cannot be read nothing starts: without an address central would
# begin anew in a file of its own.
set -eu
CLERK_DATABASE="$(cat /run/secrets/database_url)"
export CLERK_DATABASE
exec python -m clerk_app central "$@"
