#!/bin/sh
# Plays the device that receives a message: what is applied, and what is refused.
# DMBOOT names another program; the first argument names another folder for the outputs.
set -eu
cd "$(dirname "$0")"
dmboot=${DMBOOT:-../../target/release/dmboot}
out=${1:-../../demo-out/client-apply}
rm -rf "$out"
mkdir -p "$out"
DMBOOT_TREE=$out/device.tree
export DMBOOT_TREE

show() {
    printf '\n\033[1m$ %s\033[0m\n' "dmboot $*"
    "$dmboot" "$@"
}

# Ends with this code, and says why on the same stream; times differ from run to run
refused() {
    code=$1
    shift
    ended=0
    printf '\n\033[1m$ %s\033[0m\n' "dmboot $*"
    "$dmboot" "$@" >"$out/refused.log" 2>&1 || ended=$?
    sed 's/[0-9]\{8\}T[0-9]\{6\}Z/TIME/g' "$out/refused.log"
    printf '(exit code %s)\n' "$ended"
    [ "$ended" -eq "$code" ] || exit 1
}

for form in cp dm; do
    "$dmboot" build operator.toml --form $form --devices devices.csv --emit wsp --out "$out/$form" >"$out/$form.log" 2>&1
done
first=$(awk -F, 'NR == 2 { print $1 }' devices.csv)
show tree init --set "./DevInfo/DevId=IMEI:$first"

# PINs go through the environment, where other users cannot read them
DEVICE_PIN=$(awk -F, 'NR == 2 { print $3 }' devices.csv)
WRONG_PIN=0000
export DEVICE_PIN WRONG_PIN
refused 4 apply "$out/cp/$first.wsp" --policy policy.toml --pin-env WRONG_PIN --yes
refused 5 apply stranger.xml --policy policy.toml --yes
show apply "$out/cp/$first.wsp" --policy policy.toml --pin-env DEVICE_PIN --yes 2>&1
show apply "$out/cp/$first.wsp" --policy policy.toml --pin-env DEVICE_PIN --yes

show tree show ./DMAcc --acl
show tree get ./DMAcc/1/AppAddr/1/Addr --server mgmt.example
refused 5 tree get ./DMAcc/1/AppAddr/1/Addr --server stranger.example

# The same account as a DM message: the server has one already
refused 5 apply "$out/dm/$first.wsp" --policy policy.toml --pin-env DEVICE_PIN --yes

printf '\nTaken back, the message is no longer welcome:\n'
show tree undo
refused 9 apply "$out/cp/$first.wsp" --policy policy.toml --pin-env DEVICE_PIN --yes
show tree accounts
show tree check
