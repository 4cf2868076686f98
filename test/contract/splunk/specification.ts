/**
 * Settings that this project may use, by file and kind of stanza (a pattern of its name), from the specification files of Splunk 10.2
 * (`$SPLUNK_HOME/etc/system/README/<name>.conf.spec`) and, for `threatlist`, of SA-ThreatIntelligence. A pattern ends in `$`.
 */
export const settings: Readonly<Record<string, readonly (readonly [stanza: RegExp, allowed: RegExp])[]>> = {
  "app.conf": [
    [/^install$/, /^(is_configured|build|state_change_requires_restart|state|allows_disable)$/],
    [/^ui$/, /^(is_visible|label|show_in_nav|setup_view|supported_themes)$/],
    [/^launcher$/, /^(author|description|version)$/],
    [/^package$/, /^(id|check_for_updates|show_upgrade_notification)$/],
    [/^id$/, /^(group|name|version)$/],
  ],
  "inputs.conf": [
    [/^socdefenders$/, /^(start_by_shell|run_introspection|interval|disabled|index|host|source|sourcetype)$/],
    [
      /^threatlist:\/\/\w+$/,
      /^(description|type|url|weight|fields|delim_regex|extract_regex|ignore_regex|skip_header_lines|max_age|interval|disabled)$/,
    ],
  ],
  "props.conf": [
    [/^socdefenders:(indicator|health)$/, /^(KV_MODE|SHOULD_LINEMERGE|TRUNCATE|MAX_DAYS_AGO|CHARSET|EVAL-\w+|FIELDALIAS-\w+)$/],
  ],
  "collections.conf": [[/^\w+$/, /^(enforceTypes|field\.\w+|accelerated_fields\.\w+|replicate)$/]],
  "transforms.conf": [
    [
      /^\w+$/,
      /^(external_type|collection|filename|fields_list|case_sensitive_match|match_type|max_matches|min_matches|default_match|filter)$/,
    ],
  ],
  "macros.conf": [[/^\w+(\(\d\))?$/, /^(args|definition|iseval|validation|errormsg|description)$/]],
  "eventtypes.conf": [[/^\w+$/, /^(search|description|disabled|priority|color)$/]],
  "savedsearches.conf": [
    [
      /^SOC Defenders - [\w -]+$/,
      /^(description|search|disabled|enableSched|cron_schedule|realtime_schedule|counttype|relation|quantity|alert\.(track|severity)|dispatch\.((index_)?(earliest|latest)|(earliest|latest)_time))$/,
    ],
  ],
  "default.meta": [[/^$|^(views|nav)$|^(collections|transforms)\/\w+$/, /^(access|export|owner|version)$/]],
};

/** Collections of data types that collections.conf.spec and transforms.conf.spec enumerate. */
export const values: Readonly<Record<string, RegExp>> = {
  "collections.conf field.": /^(number|bool|string|time)$/,
  "transforms.conf external_type": /^kvstore$/,
  "savedsearches.conf cron_schedule": /^([\d*/,-]+ ){4}[\d*/,-]+$/,
  "savedsearches.conf dispatch.": /^(0|now|[+-]\d+[mhd](@[mhd])?)$/,
};

/** Fields of the Common Information Model that the searches group by or show, by data set (Splunk Common Information Model Add-on Manual). */
export const commonInformationModel: Readonly<Record<string, readonly string[]>> = {
  "Network_Traffic.All_Traffic": ["src", "dest", "user"],
  "Web.Web": ["src", "dest", "url", "user"],
  "Endpoint.Filesystem": ["dest", "file_hash", "user"],
  "Endpoint.Processes": ["dest", "process_hash", "user"],
  "Network_Resolution.DNS": ["src", "query"],
  "Email.All_Email": ["src_user", "recipient"],
};

/** What Splunk gives every event, and what the search for splunkd's own messages shows. */
export const splunkFields: readonly string[] = words(
  `_time _indextime _raw _key host index sourcetype info_min_time info_max_time log_level component`,
);

export const commands: readonly string[] = words(`
  addinfo convert dedup eval eventstats fields fillnull inputlookup lookup mvexpand outputlookup rename rex search
  sort stats table timechart tstats where
`);

export const functions: readonly string[] = words(`
  case coalesce ctime if isnotnull isnull like lower match mvappend mvindex mvjoin mvmap now null relative_time
  replace round rtrim sha256 strftime strptime substr tonumber tostring max min sum count dc latest values eval
`);

export const keywords: readonly string[] = words(`AS BY FROM OUTPUT AND OR NOT where true false`);

export const options: readonly string[] = words(
  `append datamodel field keepempty local max_match override_if_empty span summariesonly value`,
);

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
