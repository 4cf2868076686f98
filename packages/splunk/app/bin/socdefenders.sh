#!/bin/sh
# Starts the modular input with the Node.js of this host (22 or newer). splunkd's own libraries must not reach Node.
unset LD_LIBRARY_PATH LD_PRELOAD NODE_PATH NODE_OPTIONS OPENSSL_CONF
directory=$(dirname "$0")

for node in "$SOCDEFENDERS_NODE" "$(command -v node)" /usr/local/bin/node /usr/bin/node /opt/node/bin/node; do
  [ -n "$node" ] && [ -x "$node" ] || continue
  case $("$node" --version 2>/dev/null) in
    v2[2-9].* | v[3-9][0-9].*) exec "$node" "$directory/socdefenders.mjs" "$@" ;;
  esac
done

message="Node.js 22 or newer was not found on this host. Install it, or set SOCDEFENDERS_NODE to its path in splunk-launch.conf."
case $1 in
  --scheme) cat "$directory/scheme.xml" && exit 0 ;;
  --validate-arguments) echo "<error><message>$message</message></error>" ;;
  *) echo "ERROR event=node_missing $message" >&2 ;;
esac
exit 2
