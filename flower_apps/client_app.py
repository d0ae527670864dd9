"""The ClientApp, for a SuperNode of Flower's own where a consortium wants that: it reads the envoy's settings.

``fl-flower node`` does without it: there no app is loaded, whatever the SuperLink sends.
"""

from functools import cache

from flwr.app import ConfigRecord, Context, Message, RecordDict
from flwr.clientapp import ClientApp

from contract.terminal import Terminal
from flower_apps.hospital import Hospital
from flower_apps.own_hospital import hospital_here
from flower_apps.wire import ANSWERED, ASKED

app = ClientApp()


@cache
def _hospital() -> Hospital:
    return hospital_here("Flower", Terminal(stderr=True).print)


def _train(message: Message, context: Context) -> Message:
    hospital = _hospital()
    answer = hospital.answer(dict(message.content.get(ASKED, {})))
    hospital.handed_over(answer)
    return Message(RecordDict({ANSWERED: ConfigRecord(answer.written())}), reply_to=message)


app.train()(_train)
