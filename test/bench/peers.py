"""What the Python tools of OASIS take for the same work. Prints JSON.

peers.py patterns SAMPLE    patterns a second of stix2-patterns, on single equalities of the sample
peers.py pages ORIGIN       objects a second of taxii2-client with stix2.parse, on two pages of the page server
"""

import gzip
import json
import re
import sys
import time


def patterns(sample):
    from stix2patterns.v21.pattern import Pattern

    with gzip.open(sample, "rt", encoding="utf-8") as lines:
        found = [json.loads(line)["object"]["pattern"] for line in lines]
    single = [pattern for pattern in found if re.fullmatch(r"\[[^ ]+ = '[^'\\]*'\]", pattern)][:1000]
    Pattern(single[0])
    return max(speed(lambda: [Pattern(pattern) for pattern in single], len(single)) for _ in range(3))


def pages(origin):
    import stix2
    from taxii2client.v21 import Collection, as_pages

    def walk():
        collection = Collection(f"{origin}/plain/collections/2/")
        for page in as_pages(collection.get_objects, per_request=1000):
            for item in page.get("objects", []):
                stix2.parse(item, allow_custom=True)

    return max(speed(walk, 2000) for _ in range(2))


def speed(work, count):
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


print(json.dumps({"speed": {"patterns": patterns, "pages": pages}[sys.argv[1]](sys.argv[2])}))
