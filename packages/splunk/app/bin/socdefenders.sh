#!/bin/sh
# Starts the modular input with the Node.js of this host (22.19 or newer). splunkd's own libraries must not reach Node.
unset LD_LIBRARY_PATH LD_PRELOAD NODE_PATH NODE_OPTIONS OPENSSL_CONF
directory=${0%/*}

# The scheme is the same whatever Node.js does, and splunkd asks for it at each start.
[ "$1" = --scheme ] && exec cat "$directory/scheme.xml"

# Where Node.js is: SOCDEFENDERS_NODE, else the first line of local/node-path in this add-on, else PATH and the usual places.
local_node=
[ -r "$directory/../local/node-path" ] && IFS= read -r local_node <"$directory/../local/node-path"
# --max-semi-space-size: V8's young generation grows with the memory of the host otherwise, 100 MB for no more speed (docs/splunk.md).
for node in "$SOCDEFENDERS_NODE" "$local_node" "$(command -v node)" /usr/local/bin/node /usr/bin/node /opt/node/bin/node; do
  [ -n "$node" ] && [ -x "$node" ] || continue
  case $("$node" --version 2>/dev/null) in
    v22.[0-9].* | v22.1[0-8].*) ;;
    v2[2-9].* | v[3-9][0-9].*) exec "$node" --max-semi-space-size=2 "$directory/socdefenders.mjs" "$@" ;;
  esac
done

message="Node.js 22.19 or newer was not found on this host. Install it, or set SOCDEFENDERS_NODE to its path in splunk-launch.conf."
case $1 in
  --validate-arguments) echo "<error><message>$message</message></error>" ;;
  *) echo "ERROR event=node_missing $message" >&2 ;;
esac
exit 2
