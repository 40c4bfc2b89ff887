#!/bin/sh
# Builds the same account in both bootstrap profiles and verifies a message of each.
# DMBOOT names another program; the first argument names another folder for the outputs.
set -eu
cd "$(dirname "$0")"
dmboot=${DMBOOT:-../../target/release/dmboot}
out=${1:-../../demo-out/both-profiles}
mkdir -p "$out"

show() {
    printf '\n\033[1m$ %s\033[0m\n' "dmboot $*"
    "$dmboot" "$@"
}

show build operator.toml --form cp --devices devices.csv --emit xml,wbxml,wsp --out "$out/cp" --force
show build operator.toml --form dm --devices devices.csv --emit xml,wbxml,wsp --out "$out/dm" --force
first=$(sed -n 's/^{"format":1,"device":"\([0-9]*\)".*/\1/p;q' "$out/dm/manifest.jsonl")
# The PIN goes through the environment, where other users cannot read it
DEVICE_PIN=$(awk -F, -v imei="$first" '$1 == imei { print $3 }' devices.csv)
export DEVICE_PIN
for form in cp dm; do
    # The first lines; the whole is long
    show inspect "$out/$form/$first.wsp" | sed '40{s/.*/…/;q}'
    show verify "$out/$form/$first.wsp" --pin-env DEVICE_PIN
done

printf '\nThe server, its address and the credentials, in both:\n'
for word in PROVIDER-ID AAUTHNAME; do
    grep -h -m 1 "\"$word\"" "$out/cp/$first.xml" | sed 's/^ */  cp: /'
done
for word in ServerID AAuthName; do
    grep -h -m 1 -A 9 "<NodeName>$word</NodeName>" "$out/dm/$first.xml" | tr -d '\n' |
        sed 's/.*<NodeName>\([A-Za-z]*\)<.*<Value>\(.*\)<\/Value>.*/  dm: \1 \2/'
    printf '\n'
done
