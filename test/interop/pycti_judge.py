"""What pycti, the platform's own client, says of objects that are given as JSON: one line of JSON in, one out."""

import json
import sys

import stix2
from pycti import (
    AttackPattern,
    Identity,
    Indicator,
    IntrusionSet,
    OpenCTIStix2Splitter,
    Report,
    StixCoreRelationship,
    Vulnerability,
)

OBSERVABLES = {
    "domain-name": stix2.DomainName,
    "email-addr": stix2.EmailAddress,
    "file": stix2.File,
    "ipv4-addr": stix2.IPv4Address,
    "ipv6-addr": stix2.IPv6Address,
    "url": stix2.URL,
}

IDENTIFIERS = {
    "attack-pattern": lambda o: AttackPattern.generate_id(o["name"], o.get("x_mitre_id")),
    "identity": lambda o: Identity.generate_id(o["name"], o["identity_class"]),
    "indicator": lambda o: Indicator.generate_id(o["pattern"]),
    "intrusion-set": lambda o: IntrusionSet.generate_id(o["name"]),
    "relationship": lambda o: StixCoreRelationship.generate_id(
        o["relationship_type"], o["source_ref"], o["target_ref"], o.get("start_time"), o.get("stop_time")
    ),
    "report": lambda o: Report.generate_id(o["name"], o["published"]),
    "vulnerability": lambda o: Vulnerability.generate_id(o["name"]),
}


def identifier(content):
    """The id pycti gives the object; none for a type that is not asked about."""
    kind = content["type"]
    if kind in OBSERVABLES:
        names = [name for name in ("value", "hashes", "name") if name in content]
        return OBSERVABLES[kind](**{name: content[name] for name in names}).id
    return IDENTIFIERS[kind](content) if kind in IDENTIFIERS else None


def split(objects):
    """The objects in the splitter's order, each with the number of objects it needs, and the ids of those it drops."""
    bundle = {"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": objects}
    count, dropped, bundles = OpenCTIStix2Splitter().split_bundle_with_expectations(bundle, use_json=False)
    parts = [{"sequence": part["x_opencti_seq"], "object": part["objects"][0]} for part in bundles]
    return {"count": count, "dropped": [one["id"] for one in dropped], "parts": parts}


bundles = json.load(open(sys.argv[1]))
answer = {"identifiers": [[identifier(one) for one in objects] for objects in bundles]}
answer["splits"] = [split(objects) for objects in bundles]
json.dump(answer, sys.stdout)
