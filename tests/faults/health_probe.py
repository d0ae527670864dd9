"""Asks one address over and over until its input ends, each time on a new connection; prints the times as JSON."""

import http.client
import json
import select
import sys
import time
from urllib.parse import urlsplit

_LONGEST_SECONDS = 30


def main(url: str, pause: str) -> None:
    where = urlsplit(url)
    seconds: list[float] = []
    failures: list[str] = []
    while not select.select([sys.stdin], [], [], float(pause))[0]:
        began = time.monotonic()
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=_LONGEST_SECONDS)
        try:
            connection.request("GET", where.path)
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                seconds.append(time.monotonic() - began)
            else:
                failures.append(f"status {answer.status}")
        except (OSError, http.client.HTTPException) as error:
            failures.append(repr(error))
        finally:
            connection.close()
    print(json.dumps({"seconds": seconds, "failures": failures}))


if __name__ == "__main__":
    main(*sys.argv[1:])
