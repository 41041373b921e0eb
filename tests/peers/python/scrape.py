"""Scrapes a URL, and tells in JSON what Prometheus's own parser makes of it.

One object: for each family of metrics its type, and of each sample its name and labels.
"""

import json
import sys
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

with urllib.request.urlopen(sys.argv[1], timeout=10) as response:
    text = response.read().decode()

json.dump(
    {
        family.name: {
            "type": family.type,
            "samples": [{"name": it.name, "labels": it.labels} for it in family.samples],
        }
        for family in text_string_to_metric_families(text)
    },
    sys.stdout,
)
