#!/bin/sh
# Builds a signed message for each device of devices.csv, explains one, and verifies it.
# DMBOOT names another program; the first argument names another folder for the outputs.
set -eu
cd "$(dirname "$0")"
dmboot=${DMBOOT:-../../target/release/dmboot}
out=${1:-../../demo-out}

show() {
    printf '\n\033[1m$ %s\033[0m\n' "dmboot $*"
    "$dmboot" "$@"
}

show build operator.toml --devices devices.csv --emit xml,wbxml,wsp --out "$out" --force
first=$(sed -n 's/^{"format":1,"device":"\([0-9]*\)".*/\1/p;q' "$out/manifest.jsonl")
show inspect "$out/$first.wsp"
# The PIN goes through the environment, where other users cannot read it
DEVICE_PIN=$(awk -F, -v imei="$first" '$1 == imei { print $3 }' devices.csv)
export DEVICE_PIN
show verify "$out/$first.wsp" --pin-env DEVICE_PIN

printf '\nThe messages are in %s:\n' "$(cd "$out" && pwd)"
printf '  IMEI.wsp    what travels: the WSP push PDU, signed\n'
printf '  IMEI.wbxml  the document in it\n'
printf '  IMEI.xml    the same document for people\n'
printf '  manifest.jsonl  one line for each device\n'
