#!/bin/sh
# Verifies the Sentinel connector on a real subscription from outside: deploys it where asked to, starts a run, and looks at what arrives.
# See --help. Needs the Azure CLI (az login first) and curl.
set -u

usage() {
  cat <<'TEXT'
usage: verify-sentinel.sh --group GROUP --workspace ID [options]

  --group GROUP      resource group of the connector
  --workspace ID     resource id of the Sentinel workspace (/subscriptions/.../workspaces/NAME)
  --app NAME         function app; without it, the one of GROUP that socdefenders was deployed as
  --deploy           deploys the template into GROUP first, the code after it, and the template once more
  --destinations D   logs (default), threat-intelligence, or both with a comma; with --deploy
  --template FILE    azuredeploy.json; with --deploy (default: the one of this repository)
  --zip FILE         function-app.zip; with --deploy (default: the one that pnpm build made)
  --content          has Azure validate content.json for the workspace, and with --deploy deploys it
  --probe            sends an empty list to each API of the destinations, as the user of az, who needs the function's roles for it
  --wait MINUTES     how long to wait for rows, which take up to 15 minutes in a new table (default: 30)
  --help

With --deploy the API key is asked for, or read from SOCDEFENDERS_API_KEY. An existing deployment is not changed: one run is started, as
the schedule would. Ends with 0 when everything is as it should be, 1 when something is not, 2 when it was called wrongly.
TEXT
}
wrong() { echo "$1" >&2; echo "verify-sentinel.sh --help says how" >&2; exit 2; }

group='' workspace='' app='' deploy='' content='' probe='' destinations=logs wait=30
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd) || exit 1
template=$root/packages/sentinel/infra/azuredeploy.json
zip=$root/packages/sentinel/dist/function-app.zip
content_template=$root/packages/sentinel/dist/content.json
while [ $# -gt 0 ]; do
  case $1 in
    --help) usage; exit 0 ;;
    --deploy) deploy=yes; shift; continue ;;
    --content) content=yes; shift; continue ;;
    --probe) probe=yes; shift; continue ;;
    --group | --workspace | --app | --destinations | --template | --zip | --wait) [ $# -ge 2 ] || wrong "$1 needs a value" ;;
    *) wrong "unknown: $1" ;;
  esac
  case $1 in
    --group) group=$2 ;;
    --workspace) workspace=$2 ;;
    --app) app=$2 ;;
    --destinations) destinations=$2 ;;
    --template) template=$2 ;;
    --zip) zip=$2 ;;
    --wait) wait=$2 ;;
  esac
  shift 2
done
[ -n "$group" ] || wrong "--group is missing"
case $workspace in /subscriptions/*/workspaces/?*) ;; *) wrong "--workspace is not the resource id of a workspace" ;; esac
case $wait in '' | *[!0-9]*) wrong "--wait is not a number of minutes" ;; esac
for tool in az curl; do
  command -v "$tool" >/dev/null || wrong "$tool is missing: install it"
done

directory=$(mktemp -d) || exit 1
trap 'stty echo 2>/dev/null; rm -rf "$directory"' EXIT
trap 'exit 130' INT TERM
umask 077
export AZURE_EXTENSION_USE_DYNAMIC_INSTALL=yes_without_prompt AZURE_CORE_ONLY_SHOW_ERRORS=true
failed=0
said() { # RESULT TEXT
  if [ "$1" = 0 ]; then echo "ok      $2"; else echo "FAILED  $2"; failed=1; fi
}
note() { echo "note    $1"; }
give_up() { said 1 "$1"; exit 1; }
query() { # KQL JMESPATH: the part of the result that the path names
  az monitor log-analytics query --workspace "$customer" --analytics-query "$1" --query "$2" --output tsv 2>"$directory/error"
}
value() { query "$1" '[0].n' | grep -vx None; } # KQL that ends in one row with the column n
is_zero() { # KQL TEXT: the number n is there and 0
  number=$(value "$1")
  [ "$number" = 0 ]
  said $? "$2 (${number:-no answer})"
}

az account show --output none 2>/dev/null || give_up "az is not logged in: az login"
customer=$(az resource show --ids "$workspace" --query properties.customerId --output tsv)
[ -n "$customer" ] || give_up "the workspace cannot be read"
said 0 "the workspace is there: $customer"

deploy_template() { # FILE of parameters, that only this user can read: secrets never are arguments
  az deployment group create --resource-group "$group" --name socdefenders-verify --template-file "$template" \
    --parameters "@$1" --query properties.outputs.functionAppName.value --output tsv
}
parameters() { # KEY
  quoted=$(printf '%s' "$1" | sed 's/\\/\\\\/g; s/"/\\"/g')
  # shellcheck disable=SC2016 # the name of a property, not a variable
  printf '{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#", "contentVersion": "1.0.0.0",
    "parameters": {"workspaceResourceId": {"value": "%s"}, "destinations": {"value": "%s"}, "feedApiKey": {"value": "%s"}}}\n' \
    "$workspace" "$destinations" "$quoted"
}
setting() { az functionapp config appsettings list --resource-group "$group" --name "$app" --query "[?name=='$1'].value" --output tsv; }
secret_version() { az resource show --ids "$vault/secrets/socdefenders-api-key" --query properties.secretUriWithVersion --output tsv; }

if [ -n "$deploy" ]; then
  [ -r "$zip" ] || wrong "$zip is not there: pnpm build, or --zip"
  if [ -z "${SOCDEFENDERS_API_KEY:-}" ]; then
    printf 'API key of the feed: ' >&2
    stty -echo 2>/dev/null
    IFS= read -r SOCDEFENDERS_API_KEY
    stty echo 2>/dev/null
    echo >&2
  fi
  parameters "$SOCDEFENDERS_API_KEY" >"$directory/parameters.json"
  app=$(deploy_template "$directory/parameters.json") || give_up "the template is not deployed"
  said 0 "the template is deployed: $app"
  az functionapp deployment source config-zip --resource-group "$group" --name "$app" --src "$zip" --output none
  said $? "the code is deployed"
  deployed=$(date +%s)
fi

if [ -z "$app" ]; then
  app=$(az functionapp list --resource-group "$group" --query "[?starts_with(name, 'socdefenders')].name" --output tsv)
  [ "$(echo "$app" | wc -w)" -eq 1 ] || wrong "say which function app with --app: ${app:-none} in $group"
fi
property() { az functionapp show --resource-group "$group" --name "$app" --query "$1" --output tsv; }
id=$(property id)
[ -n "$id" ] || give_up "there is no function app $app"
host=$(property 'defaultHostName || properties.defaultHostName')
vault=${id%/Microsoft.Web/*}/Microsoft.KeyVault/vaults/$app

if [ -n "$deploy" ]; then
  rule=$(setting DCR_IMMUTABLE_ID)
  version=$(secret_version)
  az functionapp config appsettings set --resource-group "$group" --name "$app" --settings SOCDEFENDERS_VERIFY=kept --output none
  parameters '' >"$directory/parameters.json"
  deploy_template "$directory/parameters.json" >/dev/null
  said $? "the template can be deployed again, without the key"
  [ -n "$rule" ] && [ "$(setting DCR_IMMUTABLE_ID)" = "$rule" ]
  said $? "that kept the rule's id"
  [ -n "$version" ] && [ "$(secret_version)" = "$version" ]
  said $? "that kept the key"
  [ "$(setting SOCDEFENDERS_VERIFY)" = kept ]
  said $? "that kept a setting made by hand"
  az functionapp config appsettings delete --resource-group "$group" --name "$app" --setting-names SOCDEFENDERS_VERIFY --output none
fi

reference=$(az rest --method get --url "$id/config/configreferences/appsettings/SOCDEFENDERS_API_KEY?api-version=2024-04-01" \
  --query properties.status --output tsv 2>/dev/null)
[ "$reference" = Resolved ]
said $? "the reference to the key is resolved (${reference:-no answer})"
destinations=$(setting SENTINEL_DESTINATIONS)
principal=$(property 'identity.principalId || values(identity.userAssignedIdentities)[0].principalId')
has_role() { # ROLE SCOPE: whether the identity has the role on a resource whose id ends so
  count=$(az role assignment list --assignee "$principal" --all --query "[?roleDefinitionName=='$1' && ends_with(scope, '$2')] | length(@)" --output tsv)
  [ "${count:-0}" -gt 0 ] 2>/dev/null
  said $? "the identity has the role $1 on ${2:-the storage account}"
}
has_role "Monitoring Metrics Publisher" "/dataCollectionRules/$app"
has_role "Key Vault Secrets User" "/vaults/$app"
has_role "Storage Blob Data Owner" ""
case $destinations in *threat-intelligence*) has_role "Microsoft Sentinel Contributor" "/${workspace##*/}" ;; esac

arguments=$(setting languageWorkers__node__arguments)
note "languageWorkers__node__arguments: ${arguments:-not set}; most memory of the app in the last hour, in bytes: $(az monitor metrics list --resource "$id" \
  --metric MemoryWorkingSet --aggregation Maximum --offset 1h --interval 1h --query 'value[0].timeseries[0].data[-1].maximum' --output tsv 2>/dev/null)"
if [ -n "$content" ]; then
  siem=$(echo "$workspace" | cut -d/ -f5)
  az deployment group validate --resource-group "$siem" --template-file "$content_template" --parameters "workspaceName=${workspace##*/}" --output none
  said $? "Azure takes the content for valid"
  if [ -n "$deploy" ]; then
    az deployment group create --resource-group "$siem" --template-file "$content_template" --parameters "workspaceName=${workspace##*/}" --output none
    said $? "the content is deployed"
  fi
fi
send_empty() { # NAME ADDRESS AUDIENCE BODY: what the API says to an empty list; it stores nothing
  answer=$(az rest --method post --url "$2" --resource "$3" --headers Content-Type=application/json --body "$4" 2>&1)
  note "$1 says to an empty list: exit code $? of az, ${answer:-no text}"
}
if [ -n "$probe" ]; then
  arm=$(az cloud show --query endpoints.resourceManager --output tsv)
  suffix=$(echo "${arm%/}" | sed 's/.*\.//')
  send_empty "the Logs Ingestion API" \
    "$(setting LOGS_INGESTION_ENDPOINT)/dataCollectionRules/$(setting DCR_IMMUTABLE_ID)/streams/Custom-SOCDefendersIndicators_CL?api-version=2023-01-01" \
    "https://monitor.azure.$suffix" '[]'
  case $destinations in *threat-intelligence*)
    send_empty "the upload API" \
      "https://api.ti.sentinel.azure.$suffix/workspaces/$customer/threat-intelligence-stix-objects:upload?api-version=2024-02-01-preview" \
      "${arm%/}" '{"sourcesystem":"SOC Defenders","stixobjects":[]}' ;;
  esac
fi

# The time of the service, as rows have it.
start=$(value 'print n = format_datetime(now(), "yyyy-MM-ddTHH:mm:ssZ")')
[ -n "$start" ] || give_up "the workspace cannot be searched: $(cat "$directory/error")"
master=$(az functionapp keys list --resource-group "$group" --name "$app" --query masterKey --output tsv)
printf 'header = "x-functions-key: %s"\nheader = "Content-Type: application/json"\nsilent\nshow-error\nmax-time = 230\n' "$master" >"$directory/curl"
start_run() { curl --config "$directory/curl" --data '{"input":""}' --output /dev/null --write-out '%{http_code} %{time_total}' "https://$host/admin/functions/pollFeed"; }
answer=$(start_run)
[ "${answer%% *}" = 202 ]
said $? "a run is started: HTTP ${answer%% *} after ${answer##* } s, the start of an instance in it"
answer=$(start_run)
note "a second run at the same time: HTTP ${answer%% *}; the lease has to keep it from delivering anything, which the counts below show"

for destination in $(echo "$destinations" | tr ',' ' '); do
  rows="SOCDefendersHealth_CL | where TimeGenerated >= datetime($start) and Destination == '$destination'"
  status='' minute=0
  while [ "$minute" -le "$wait" ]; do
    status=$(value "$rows and Status != 'failed' | summarize arg_max(TimeGenerated, *) | project n = Status")
    [ -n "$status" ] && break
    [ "$minute" -lt "$wait" ] && sleep 60
    minute=$((minute + 1))
  done
  [ -n "$status" ]
  said $? "a health row of $destination within $minute minutes: ${status:-none}"
  query "$rows | project n = strcat_array(pack_array(Status, 'read', Read, 'delivered', Delivered, 'skipped', Skipped, 'refused', Refused, 'withheld', Withheld, 'lag s', LagSeconds, 'ms', DurationMs, 'version', Version, Error, Remedy), ' ')" \
    '[].n' | sed 's/^/        /'
done
[ -z "$deploy" ] || note "$((($(date +%s) - deployed) / 60)) minutes from the code to a good run of each destination: the time that roles and tables took"

case ,$destinations, in *,logs,*)
  count=$(value 'SOCDefendersIndicators_CL | summarize n = count()')
  [ "${count:-0}" -gt 0 ] 2>/dev/null
  said $? "rows in SOCDefendersIndicators_CL: ${count:-none}"
  is_zero 'SOCDefendersIndicators_CL | summarize copies = count() by IndicatorId, ObservableKey, ObservableValue, Modified | where copies > 1 | summarize n = count()' \
    "values that were delivered twice; not 0 after a run that was killed"
  is_zero 'SOCDefendersIndicators_CL | where gettype(Tags) != "array" or isnull(ValidFrom) or isempty(IndicatorId) or isnull(Revoked) | summarize n = count()' \
    "rows with a column that is empty or of the wrong type"
  is_zero 'SOCDefendersIndicators_CL | where abs(ingestion_time() - TimeGenerated) > 1h | summarize n = count()' \
    "rows whose TimeGenerated is not the time of ingestion" ;;
esac
case $destinations in *threat-intelligence*)
  count=$(value 'ThreatIntelIndicators | where SourceSystem == "SOC Defenders" | summarize n = dcount(Id)')
  [ "${count:-0}" -gt 0 ] 2>/dev/null
  said $? "indicators in ThreatIntelIndicators: ${count:-none}"
  is_zero 'ThreatIntelIndicators | where SourceSystem == "SOC Defenders" and isnull(ValidUntil) | summarize n = count()' \
    "indicators without an end of validity, which Microsoft's rules would not match"
  empty=$(value 'ThreatIntelIndicators | where SourceSystem == "SOC Defenders" and isempty(ObservableValue) | summarize n = dcount(Id)')
  note "indicators without ObservableValue, compound patterns: ${empty:-no answer}"
  repeated=$(value 'ThreatIntelIndicators | where SourceSystem == "SOC Defenders" and IsActive | summarize Rows = count(), Last = max(TimeGenerated) by Id | summarize n = strcat(sum(Rows), " rows of ", count(), " active indicators; the one longest without a row had it at ", min(Last))')
  note "how often the store repeats them: ${repeated:-no answer}" ;;
esac
twice=$(value 'SOCDefendersIndicators | summarize copies = count() by Id, ObservableKey, ObservableValue | where copies > 1 | summarize n = count()')
if [ -n "$twice" ]; then
  [ "$twice" = 0 ]
  said $? "values that the parser SOCDefendersIndicators shows twice ($twice)"
else
  note "the parser SOCDefendersIndicators is not installed, or cannot be run"
fi
component=$(az resource show --ids "${id%/Microsoft.Web/*}/Microsoft.Insights/components/$app" --query properties.AppId --output tsv 2>/dev/null)
if [ -n "$component" ]; then
  traces=$(az monitor app-insights query --app "$component" --analytics-query "requests | where timestamp >= datetime($start) | summarize n = count()" \
    --query 'tables[0].rows[0][0]' --output tsv 2>/dev/null)
  [ "${traces:-0}" -gt 0 ] 2>/dev/null
  said $? "runs in Application Insights, sent by identity: ${traces:-none}"
fi
if [ "$failed" = 0 ]; then echo "all of it is as it should be"; else echo "something is not as it should be"; fi
exit "$failed"
