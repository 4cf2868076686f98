import { createWording } from "@socdefenders/shared";

// What the parameters of an input are called in the configuration file of the command, which messages of the core name.
const names: Readonly<Record<string, string>> = {
  "feed.endpoint": "feed_endpoint",
  "feed.auth": "auth",
  "feed.api_key": "credential",
  "feed.ca_file": "feed_ca_file",
  "feed.proxy": "feed_proxy",
  "feed.collections": "collections",
  "feed.start": "start",
  "feed.page_size": "page_size",
  "splunk.endpoint": "hec_endpoint",
  "splunk.token": "hec_credential",
  "splunk.ca_file": "hec_ca_file",
  "splunk.allow_http": "hec_allow_http",
  "splunk.index": "target_index",
};

/** A message for those who have the form of the input before them: with the names that stand there, and what to do without the command. */
export const inParameterNames: (message: string) => string = createWording(
  {
    acceptReset: "remove the saved position",
    acceptGap: "to pass over the ones that cannot be read, give a start behind that date and remove the saved position",
    forgetWait: "once the budget-*.ndjson files beside the saved positions are removed",
    listCollections: "an empty list of collections reads those this key can read",
    nameAuthority: "Name the authority that signed the server's certificate in feed_ca_file or hec_ca_file, in PEM",
  },
  names,
);
