"""The same pages to the same receivers the way the Python tools of today do it: taxii2-client, stix2.parse, and what each target's own
tools send with. The receivers are named by the environment. Prints objects a second of wall clock and of processor time as JSON, the best
of so many rounds.

whole-way.py TARGET COLLECTION ROUNDS
"""

import json
import os
import re
import sys
import time

import stix2
from stix2.utils import format_datetime
from taxii2client.v21 import Collection, as_pages

target, collection, rounds = sys.argv[1:]
observable = re.compile(r"\[\s*([a-z0-9-]+):(\S+)\s*=\s*'((?:[^'\\]|\\.)*)'")


def pages():
    source = Collection(f"{os.environ['BENCH_PAGES']}/plain/collections/{collection}/")
    for page in as_pages(source.get_objects, per_request=1000):
        yield [stix2.parse(item, allow_custom=True) for item in page.get("objects", [])]


def fields(indicator):
    """What a mapping reads of an indicator: every property by its name, the first value of the pattern."""
    found = {
        name: format_datetime(value) if hasattr(value, "tzinfo") else [dict(each) for each in value] if name == "external_references" else value
        for name, value in indicator.items()
    }
    match = observable.match(indicator.pattern)
    return {**found, "ioc_type": match and match[1], "ioc_value": match and match[3]}


def to_splunk():
    """As a modular input does that posts its events itself: one session, one request for each page."""
    import requests

    session = requests.Session()
    headers = {"Authorization": "Splunk a-token-for-nothing"}
    for page in pages():
        events = [
            {"time": each.modified.timestamp(), "sourcetype": "socdefenders:indicator", "event": fields(each)} for each in page
        ]
        body = "\n".join(json.dumps(event) for event in events)
        answer = session.post(f"{os.environ['BENCH_HEC']}/services/collector/event", data=body.encode(), headers=headers)
        answer.raise_for_status()
        yield len(page)


def to_logs():
    """Microsoft's own client with its own batches and its gzip; a token costs nothing."""
    from azure.core.credentials import AccessToken
    from azure.monitor.ingestion import LogsIngestionClient

    class Credential:
        def get_token(self, *scopes, **options):
            return AccessToken("token", int(time.time()) + 3600)

    authority = f"{os.environ['BENCH_FOLDER']}/ca.pem"
    client = LogsIngestionClient(os.environ["LOGS_INGESTION_ENDPOINT"], Credential(), connection_verify=authority)
    for page in pages():
        client.upload(os.environ["DCR_IMMUTABLE_ID"], "Custom-SOCDefendersIndicators_CL", [fields(each) for each in page])
        yield len(page)


def to_upload_api():
    """As misp2sentinel's upload loop: the next 100 of the list in a request of its own, until the list is empty. Its pauses are left out."""
    import requests

    url = f"{os.environ['SENTINEL_TI_ENDPOINT']}/workspaces/{os.environ['SENTINEL_WORKSPACE_ID']}/threat-intelligence-stix-objects:upload"
    rest = [fields(each) for page in pages() for each in page]
    while rest:
        body = {"sourcesystem": "bench", "stixobjects": rest[:100]}
        answer = requests.post(url, params={"api-version": "2024-02-01-preview"}, headers={"Authorization": "Bearer token"}, json=body)
        if answer.status_code != 200 or (answer.content and answer.json().get("errors")):
            raise SystemExit(f"HTTP {answer.status_code}: {answer.text}")
        rest = rest[100:]
        yield len(body["stixobjects"])


def to_opencti():
    """As OpenCTI's own TAXII connector does: a bundle of each page through pycti's helper."""
    from pycti_helper import open_helper

    helper = open_helper(os.environ["BENCH_BROKER"], "amqp.worker.exchange", f"push_routing_{os.environ['BENCH_CONNECTOR_ID']}")
    for page in pages():
        helper.send_stix2_bundle(stix2.Bundle(page, allow_custom=True).serialize(), cleanup_inconsistent_bundle=True)
        yield len(page)


ways = {"splunk": to_splunk, "logs": to_logs, "threat-intelligence": to_upload_api, "opencti": to_opencti}


def measure():
    start, processor = time.perf_counter(), time.process_time()
    count = sum(ways[target]())
    return count / (time.perf_counter() - start), count / (time.process_time() - processor)


taken = [measure() for _ in range(int(rounds))]
print(json.dumps({"speed": max(speed for speed, _ in taken), "processor": max(processor for _, processor in taken)}))
