#!/bin/sh
# One station under procServ, where there is no systemd:   procserv.sh NAME CONSOLE_PORT
# The console is on loopback: telnet 127.0.0.1 CONSOLE_PORT. See docs/running.md.
set -eu
name=$1
console=$2
state=/var/lib/cryoioc/$name
program=/opt/cryoioc/stations/$name/bin/cryoioc  # a link of its own to the version that this station runs
mkdir -p "$state"
"$program" check "/etc/cryoioc/$name.toml" >/dev/null
export STATE_DIRECTORY="$state"
# Without --killsig procServ ends its child with signal 9: nothing would be parked, and no total written.
exec procServ --foreground --name "cryoioc-$name" --chdir "$state" --pidfile "$state/procserv.pid" \
    --logfile "$state/console.log" --logstamp --holdoff 5 --killsig 15 --ignore '^D^C' \
    "$console" "$program" run "/etc/cryoioc/$name.toml"
