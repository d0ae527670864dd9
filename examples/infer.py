"""Ask a director for risk levels.

Usage: FL_TOKEN=... python infer.py https://director.example.org 9 KUTRRH
Needs only the package `requests` and an analyst's token from the consortium's admin.
"""

import os
import sys

import requests

director, diagnosis_count, hospital = sys.argv[1], int(sys.argv[2]), sys.argv[3]
session = requests.Session()
session.headers["Authorization"] = f"Bearer {os.environ['FL_TOKEN']}"
inputs = {"diagnosis_count": diagnosis_count}

for path, question in (("/infer", {"envoy_name": hospital}), ("/infer_global", {})):
    answer = session.post(director + path, json={"inputs": inputs, **question}, timeout=30)
    body = answer.json()
    if not answer.ok:
        sys.exit(f"{path}: {body['detail']} {body['hint']}")
    print(f"{path}: {body['risk_level']}", body["probabilities"], f"(model version {body['model']['version']})")
print(body["notice"])
