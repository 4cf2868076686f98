#!/bin/sh
# Verifies the connector on a live OpenCTI from outside, by its GraphQL API. It reads only.
#
#   OPENCTI_URL=https://opencti.example.com CONNECTOR_ID=1a2b3c4d-… CA=/path/ca.pem sh verify-opencti.sh
#
# Run it after the connector's first run. The token is asked for, or read from OPENCTI_TOKEN; that of an administrator sees everything.
# CA is the PEM of the authority that signed the platform's certificate; without it the system's authorities are used. Needs curl, and jq.
set -u
case "${1:-}" in -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
: "${OPENCTI_URL:?address of the platform, https://opencti.example.com}"
: "${CONNECTOR_ID:?the connector\'s own id, as it is set in its environment}"
directory=$(mktemp -d) || exit 1
trap 'stty echo 2>/dev/null; rm -rf "$directory"' EXIT
trap 'exit 130' INT TERM
umask 077
failed=0

for tool in curl jq; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: install it"; exit 1; }
done
if [ -z "${OPENCTI_TOKEN:-}" ]; then
  printf 'token: ' >&2
  stty -echo 2>/dev/null
  IFS= read -r OPENCTI_TOKEN
  stty echo 2>/dev/null
  echo >&2
fi

# The token goes to curl by a file that only this user can read, never by arguments that every process can list.
{
  printf 'header = "Authorization: Bearer %s"\nheader = "Content-Type: application/json"\n' "$OPENCTI_TOKEN"
  printf 'silent\nshow-error\nmax-time = 120\n'
  [ -z "${CA:-}" ] || printf 'cacert = "%s"\n' "$CA"
} >"$directory/curl"

ask() { # QUERY [VARIABLES]: prints the answer's data; fails, with what the platform says, where there is none
  jq -n --arg query "$1" --argjson variables "${2:-{\}}" '{query: $query, variables: $variables}' >"$directory/body"
  curl --config "$directory/curl" --data-binary "@$directory/body" "${OPENCTI_URL%/}/graphql" >"$directory/answer" || return 1
  jq -e '.errors == null' "$directory/answer" >/dev/null 2>&1 || {
    jq -r '.errors[0].message // "no answer of OpenCTI"' "$directory/answer" >&2 2>/dev/null || echo "no answer of OpenCTI" >&2
    return 1
  }
  jq .data "$directory/answer"
}
said() { # RESULT TEXT
  if [ "$1" = 0 ]; then echo "ok      $2"; else echo "FAILED  $2"; failed=1; fi
}
holds() { # FILE FILTER TEXT
  jq -e "$2" "$directory/$1" >/dev/null 2>&1
  said $? "$3"
}

ask 'query { about { version } me { name } }' >"$directory/about" || { said 1 "the platform answers and knows the token"; exit 1; }
said 0 "OpenCTI $(jq -r .about.version "$directory/about"), as $(jq -r .me.name "$directory/about")"

# shellcheck disable=SC2016 # a GraphQL variable
ask 'query ($id: String!) { connector(id: $id) { name active connector_state connector_queue_details { messages_number messages_size }
  connector_info { buffering last_run_datetime next_run_datetime } config { push }
  works { name status tracking { import_expected_number import_processed_number } errors { message } } } }' \
  "$(jq -n --arg id "$CONNECTOR_ID" '{id: $id}')" >"$directory/connector"
holds connector '.connector != null' "the connector is registered"
holds connector '.connector.active' "it was heard of in the last five minutes"
holds connector '.connector.connector_info.last_run_datetime != null' "it has run: $(jq -r '.connector.connector_info.last_run_datetime // "never"' "$directory/connector")"
holds connector '.connector.connector_state | fromjson | .schema == 1 and (.positions | length > 0)' "it keeps its positions on the platform"
holds connector '[.connector.works[]? | select(.status != "complete")] | length <= 1' "no work but the current one is open"
holds connector '[.connector.works[]? | select(.status == "complete" and (.tracking.import_processed_number // 0) < (.tracking.import_expected_number // 0))] | length == 0' \
  "no complete work has fewer objects than were announced"
holds connector '[.connector.works[]?.errors[]?] | length == 0' \
  "no work has errors$(jq -r '[.connector.works[]?.errors[]?.message] | first // empty | ": " + .[0:200]' "$directory/connector")"
echo "        $(jq -r '"\(.connector.connector_queue_details.messages_number) messages, \(.connector.connector_queue_details.messages_size / 1e6) MB wait for the workers"' "$directory/connector")"

# shellcheck disable=SC2016
ask 'query ($id: String!) { identity(id: $id) { id name standard_id } }' '{"id": "identity--1ba6b755-a6f3-5b31-af4f-12e18ad4707b"}' >"$directory/author"
holds author '.identity.standard_id == "identity--1ba6b755-a6f3-5b31-af4f-12e18ad4707b"' "the author is there, under the id that the platform derives itself"

author=$(jq -r '.identity.id // empty' "$directory/author")
# shellcheck disable=SC2016
ask 'query ($filters: FilterGroup) { indicators(first: 200, filters: $filters, orderBy: created_at, orderMode: desc) { pageInfo { globalCount }
  edges { node { standard_id x_opencti_stix_ids pattern pattern_type valid_from valid_until revoked x_opencti_score
  x_opencti_main_observable_type objectMarking { definition } } } } }' \
  "$(jq -n --arg id "$author" '{filters: {mode: "and", filters: [{key: ["createdBy"], values: [$id]}], filterGroups: []}}')" >"$directory/indicators"
holds indicators '.indicators.pageInfo.globalCount > 0' "indicators by this author: $(jq -r '.indicators.pageInfo.globalCount // 0' "$directory/indicators")"
holds indicators '[.indicators.edges[].node | select(.pattern_type == "stix" and (.x_opencti_main_observable_type // "Unknown") == "Unknown") | select(.pattern | test(" OR | AND ") | not)] | length == 0' \
  "each of the newest 200 with a single value has its main observable type"
holds indicators '[.indicators.edges[].node | select(.objectMarking | length == 0)] | length < 200' "they carry markings"
holds indicators '([.indicators.edges[].node.pattern] | length) == ([.indicators.edges[].node.pattern] | unique | length)' "no pattern is there twice among the newest 200"

[ "$failed" = 0 ] && echo "all of it holds"
exit "$failed"
