"""One training process beside the floor's server: the same patients and the same epoch, and nothing else.

Usage: ``python -m benchmarks.bare_trainer PORT ROUNDS FOLDER``.
"""

import http.client
import sys
from pathlib import Path

from benchmarks.short_epoch import SHORT_EPOCH
from contract.artifacts.model_file import read_model, write_model
from contract.scaler import ScalerState
from envoy.submission import read_local_data
from envoy.training import train


def main() -> None:
    """Train as often as asked."""
    port, rounds, folder = sys.argv[1:]
    data = read_local_data(SHORT_EPOCH, Path(folder), seed=0, held_out_share=0.2)
    scaler = ScalerState.fitted(data.split.training.features)
    connection = http.client.HTTPConnection("127.0.0.1", int(port))
    print("waiting", flush=True)
    for number in range(int(rounds)):
        connection.request("GET", f"/rounds/{number}")
        start = read_model(connection.getresponse().read(), SHORT_EPOCH.layout)
        trained = train(SHORT_EPOCH, start, scaler, data.split, number, validates=False)
        connection.request("POST", "/rounds", write_model(trained.state, SHORT_EPOCH.layout))
        connection.getresponse().read()


if __name__ == "__main__":
    main()
