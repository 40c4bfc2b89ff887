#!/bin/sh
# Finds three mistakes in a document, explains one of them, and shows that the mended one is without.
# DMBOOT names another program.
set -eu
cd "$(dirname "$0")"
dmboot=${DMBOOT:-../../target/release/dmboot}

show() {
    printf '\n\033[1m$ %s\033[0m\n' "dmboot $*"
    "$dmboot" "$@"
}

# With errors it ends with 5
code=0
show lint forum.xml || code=$?
[ "$code" -eq 5 ] || exit 1
show explain lint-levels-swapped

printf '\nWhat lint said, done:\n'
diff forum.xml mended.xml | grep '^[<>]' | sed 's/^/  /'
show lint mended.xml
show lint mended.xml --for symbian
