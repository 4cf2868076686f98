/**
 * What OpenCTI's workers import, by the type in front of an id; of an id that is none of STIX nothing is said. `extension-definition` is
 * not among them. Source: `client-python/pycti/utils/opencti_stix2_utils.py` of 7.260817.0 in OpenCTI-Platform/opencti.
 */
export function isSupported(id: string): boolean {
  const end = id.indexOf("--");
  return end === -1 || supported.has(id.slice(0, end));
}

const entities = [
  ..."label vocabulary kill-chain-phase attack-pattern campaign case-incident x-opencti-case-incident case-rfi".split(" "),
  ..."x-opencti-case-rfi case-rft x-opencti-case-rft channel course-of-action data-component x-mitre-data-component".split(" "),
  ..."data-source x-mitre-data-source event external-reference feedback x-opencti-feedback grouping identity".split(" "),
  ..."incident indicator infrastructure intrusion-set language location malware malware-analysis".split(" "),
  ..."marking-definition narrative note observed-data opinion report task x-opencti-task threat-actor tool".split(" "),
  ..."vulnerability security-coverage".split(" "),
];

const internals = [
  ..."user group capability role settings notification work trash draftworkspace playbook deleteoperation".split(" "),
  ..."workspace publicdashboard pir".split(" "),
];

const observables = [
  ..."autonomous-system directory domain-name email-addr email-message email-mime-part-type artifact file".split(" "),
  ..."x509-certificate ipv4-addr ipv6-addr mac-addr mutex network-traffic process software url user-account".split(" "),
  ..."windows-registry-key windows-registry-value-type hostname cryptographic-key cryptocurrency-wallet text".split(" "),
  ..."user-agent bank-account phone-number credential tracking-number payment-card media-content".split(" "),
  ..."simple-observable persona ssh-key ai-prompt imei iccid imsi".split(" "),
];

const supported: ReadonlySet<string> = new Set([...entities, ...internals, ...observables, "relationship", "sighting"]);
