"""What pycti takes to send the same bundles to the same RabbitMQ: OpenCTIConnectorHelper.send_stix2_bundle itself. Prints objects a second
of the best round as JSON.

pycti-send.py PORT EXCHANGE ROUTING_KEY FILE    FILE has one bundle a line
"""

import json
import sys
import time

from pycti_helper import open_helper

port, exchange, routing_key, file = sys.argv[1:]
helper = open_helper(port, exchange, routing_key)
with open(file, encoding="utf-8") as lines:
    bundles = lines.read().splitlines()


def send():
    start = time.perf_counter()
    sent = sum(len(helper.send_stix2_bundle(bundle, cleanup_inconsistent_bundle=True)) for bundle in bundles)
    return sent / (time.perf_counter() - start)


print(json.dumps({"speed": max(send() for _ in range(3))}))
