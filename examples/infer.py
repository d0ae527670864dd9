"""Ask a director for risk levels.

Usage: FL_TOKEN=... python infer.py https://director.example.org 9 KUTRRH
Needs only the package `requests` and an analyst's token from the consortium's admin.
"""

import os
import sys

import requests


def with_token(request):
    """Show the token; as the session's auth it goes before whatever a .netrc says."""
    request.headers["Authorization"] = f"Bearer {os.environ['FL_TOKEN'].strip()}"
    return request


director, diagnosis_count, hospital = sys.argv[1].strip().rstrip("/"), int(sys.argv[2]), sys.argv[3]
session = requests.Session()
session.auth = with_token
inputs = {"diagnosis_count": diagnosis_count}

for path, question in (("/infer", {"envoy_name": hospital}), ("/infer_global", {})):
    try:
        body = {"inputs": inputs, **question}
        answer = session.post(
            director + path, json=body, timeout=30, allow_redirects=False
        )  # the token follows nowhere
        if answer.is_redirect:
            sys.exit(f"{director} sends us on to {answer.headers['Location']!a}: use that address, without {path}.")
        body = answer.json()
        if not answer.ok:
            sys.exit(f"{path}: {body['detail']} {body['hint']}")
        print(f"{path}: {body['risk_level']}", body["probabilities"], f"(model version {body['model']['version']})")
    except (requests.JSONDecodeError, LookupError, TypeError):
        sys.exit(f"Something before the director (a proxy, a sign-in page?) answered {answer.status_code}.")
    except OSError:  # every other error of requests is one
        sys.exit(f"No answer from {director}: look at the address, the link, HTTPS_PROXY and REQUESTS_CA_BUNDLE.")
print(body["notice"])
