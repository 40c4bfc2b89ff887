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
    show verify "$out/$form/$first.wsp" --pin-env DEVICE_PIN
done

# The whole is long: here are the account's values, without places and octets
printf '\n\033[1m$ %s\033[0m\n' "dmboot inspect $out/cp/$first.wsp"
printf '… the APPLICATION w7:\n'
"$dmboot" inspect "$out/cp/$first.wsp" | sed -n '/ characteristic APPLICATION$/,$p' |
    grep -E ' (characteristic|parm) [A-Z]' | cut -c 36-
printf '\n\033[1m$ %s\033[0m\n' "dmboot inspect $out/dm/$first.wsp"
printf '… the DMAcc that stands for it:\n'
"$dmboot" inspect "$out/dm/$first.wsp" | grep -o 'Node \./Inbox/DMAcc1.*'

printf '\nThe address, the server and the user name, in both:\n'
for word in ADDR PROVIDER-ID AAUTHNAME; do
    grep -h -m 1 "\"$word\"" "$out/cp/$first.xml" | sed 's/^ */  cp: /'
done
for word in Addr ServerID AAuthName; do
    grep -h -m 1 -A 9 "<NodeName>$word</NodeName>" "$out/dm/$first.xml" | tr -d '\n' |
        sed 's/.*<NodeName>\([A-Za-z]*\)<.*<Value>\([^<]*\)<\/Value>.*/  dm: \1 \2/'
    printf '\n'
done
