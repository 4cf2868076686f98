#!/bin/sh
# Verifies an installation on a live Splunk from outside, by its REST API and HEC. It writes one event of the sourcetype
# socdefenders:verify and one suppression for verify.example that is already over; it changes nothing else.
#
#   SPLUNK=https://search-head:8089 HEC=https://collector:8088 INDEX=threat_intelligence CA=/path/ca.pem sh verify-splunk.sh
#
# The password of SPLUNK_USER (default admin) and the HEC token are asked for, or read from SPLUNK_PASSWORD and HEC_TOKEN. CA is the PEM of
# the authority that signed both certificates; without it the system's authorities are used. Needs curl, and jq.
set -u
: "${SPLUNK:?address of splunkd on the search head, https://search-head:8089}"
: "${INDEX:?index of the indicators}"
user=${SPLUNK_USER:-admin}
directory=$(mktemp -d) || exit 1
trap 'stty echo 2>/dev/null; rm -rf "$directory"' EXIT
trap 'exit 130' INT TERM
umask 077
failed=0

for tool in curl jq; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: install it"; exit 1; }
done

ask() { # NAME TEXT: reads a secret into the variable NAME, without echo, unless it is set
  eval "[ -n \"\${$1:-}\" ]" && return
  printf '%s: ' "$2" >&2
  stty -echo 2>/dev/null
  IFS= read -r "$1"
  stty echo 2>/dev/null
  echo >&2
}
quote() { printf '%s' "$1" | sed 's/\\/\\\\/g; s/"/\\"/g'; }
said() { # RESULT TEXT
  if [ "$1" = 0 ]; then echo "ok      $2"; else echo "FAILED  $2"; failed=1; fi
}

ask SPLUNK_PASSWORD "password of $user"
# Secrets go to curl by files that only this user can read, never by arguments that every process can list.
{
  printf 'user = "%s"\nsilent\nshow-error\nmax-time = 120\n' "$(quote "$user:$SPLUNK_PASSWORD")"
  [ -z "${CA:-}" ] || printf 'cacert = "%s"\n' "$(quote "$CA")"
} >"$directory/splunk"
splunk() { path=$1; shift; curl --config "$directory/splunk" "$@" "$SPLUNK$path"; }
search() { # SPL, as text: prints the results as one JSON array
  splunk /services/search/jobs --data-urlencode "search=$1" -d exec_mode=oneshot -d output_mode=json -d count=0 \
    -d namespace=socdefenders_app -d earliest_time=0 --data-urlencode latest_time=+1d |
    jq -cs 'if length == 1 and .[0].results then .[0].results else error("no results: \(.)") end'
}
holds() { [ "$(jq "$1" 2>/dev/null)" = true ]; } # FILTER: whether what comes in is JSON of which it is true
value() { search "$1" | jq -r ".[0].$2 // empty"; }

version=$(splunk '/services/server/info?output_mode=json' | jq -r '.entry[0].content.version // empty')
[ -n "$version" ]
said $? "splunkd answers: version ${version:-unknown}"
[ "$failed" = 0 ] || exit 1
splunk '/services/apps/local/socdefenders_app?output_mode=json' | holds '.entry[0].content.disabled == false'
said $? "socdefenders_app is installed and enabled"
splunk "/services/data/indexes/$INDEX?output_mode=json" | holds '.entry[0].name != null'
said $? "the index $INDEX is known to the search head (in a cluster or in Cloud it may live on the indexers only)"

if [ -n "${HEC:-}" ]; then
  ask HEC_TOKEN "HEC token"
  { printf 'header = "Authorization: Splunk %s"\nsilent\nshow-error\nmax-time = 30\n' "$(quote "$HEC_TOKEN")"
    [ -z "${CA:-}" ] || printf 'cacert = "%s"\n' "$(quote "$CA")"; } >"$directory/hec"
  mark=verify-$(date +%s)-$$
  event=$(jq -cn --arg mark "$mark" --arg index "$INDEX" '{index: $index, sourcetype: "socdefenders:verify", event: {mark: $mark}}')
  channel=$(printf '%08x-0000-4000-8000-%012x' "$(date +%s)" "$$")
  curl --config "$directory/hec" -H "X-Splunk-Request-Channel: $channel" -d "$event" "$HEC/services/collector/event" | holds '.code == 0'
  said $? "HEC takes an event for $INDEX with this token"
  found=
  for _ in 1 2 3 4 5 6; do
    found=$(value "search index=$INDEX sourcetype=socdefenders:verify $mark | stats count" count)
    [ "${found:-0}" = 1 ] && break
    sleep 5
  done
  [ "${found:-0}" = 1 ]
  said $? "that event is found by a search"
fi

events=$(value "search index=$INDEX sourcetype=socdefenders:indicator | stats count" count)
[ "${events:-0}" -gt 0 ] 2>/dev/null
said $? "events of the sourcetype socdefenders:indicator: ${events:-none}"
[ "$(value 'search `socdefenders_events` | head 1 | stats count' count)" = 1 ]
said $? "the macro socdefenders_index finds them"
doubled=$(value 'search `socdefenders_events` | head 1000 | where isnull(key) OR isnull(modified) OR isnull(revoked) OR mvcount(ioc_type) > 1 OR mvcount(key) > 1 | stats count' count)
[ "$doubled" = 0 ]
said $? "fields of the last 1,000 events are there, once each (wrong: ${doubled:-no answer})"
long=$(value 'search `socdefenders_events` | where len(_raw) > 5000 | head 100 | where isnull(modified) OR isnull(revoked) | stats count' count)
[ "$long" = 0 ]
said $? "so are those of events of more than 5,000 bytes (wrong: ${long:-no answer})"

rows=$(value '| inputlookup socdefenders_indicators | stats count' count)
stored=$(splunk '/servicesNS/nobody/socdefenders_app/storage/collections/data/socdefenders_indicators?fields=_key&limit=50000' | jq length)
[ "${rows:-0}" -gt 0 ] 2>/dev/null && { [ "$stored" = 50000 ] || [ "$rows" = "$stored" ]; }
said $? "KV Store rows: ${rows:-none} by search, ${stored:-none} by REST (which answers at most 50,000); 0 until the merge has run"
hit=$(value '| inputlookup socdefenders_indicators where ioc_type="domain" | head 1 | eval probe=upper(ioc_value) | lookup local=true socdefenders_indicators ioc_value AS probe OUTPUT _key AS found | where isnotnull(found) | stats count' count)
[ "$hit" = 1 ]
said $? "a lookup finds a domain whatever its case, and gives its _key"
cidr=$(value '| inputlookup socdefenders_indicators where ioc_type="cidr" | head 1 | eval probe=replace(ioc_value, "/\d+$", "") | lookup local=true socdefenders_networks ioc_value AS probe OUTPUT _key AS found | stats count, count(found) AS hits | eval state=if(count = 0, "none", hits)' state)
[ "$cidr" = 1 ] || [ "$cidr" = none ]
said $? "a lookup finds an address in its network (${cidr:-no answer}; none: the feed has no network now)"
search '| makeresults | eval ioc_type="domain", ioc_value="verify.example", reason="verification", author="verify-splunk.sh", until=1, _key=sha256(ioc_type . "|" . ioc_value) | table _key, ioc_type, ioc_value, reason, author, until | outputlookup append=true socdefenders_suppressions' >/dev/null
search '| makeresults | eval ioc_type="domain", ioc_value="verify.example", reason="second", author="verify-splunk.sh", until=1, _key=sha256(ioc_type . "|" . ioc_value) | table _key, ioc_type, ioc_value, reason, author, until | outputlookup append=true socdefenders_suppressions' >/dev/null
suppressions=$(search '| inputlookup socdefenders_suppressions where ioc_value="verify.example" | table reason')
[ "$suppressions" = '[{"reason":"second"}]' ]
said $? "outputlookup append=true replaces the row of the same _key ($suppressions)"

splunk '/servicesNS/nobody/socdefenders_app/saved/searches?output_mode=json&count=0&search=name%3D%22SOC%20Defenders%20-%2A%22' >"$directory/saved"
holds '[.entry[] | select(.acl.app == "socdefenders_app")] | length >= 20' <"$directory/saved"
said $? "the saved searches are there"
jq -r '.entry[] | select(.acl.app == "socdefenders_app" and .content.disabled == false) | "        enabled: \(.name), next run \(.content.next_scheduled_time)"' "$directory/saved"
for name in network_traffic web files processes dns email; do
  search "| \`socdefenders_$name\` | head 0" >/dev/null 2>"$directory/error"
  said $? "the match search of $name is understood (needs the Common Information Model add-on)"
done
health=$(value 'search `socdefenders_health` kind=run earliest=-1d | stats count' count)
echo "note    runs reported in the last day: ${health:-0} (0 unless the input has health = true)"
exit "$failed"
