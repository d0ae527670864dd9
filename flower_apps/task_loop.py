"""Takes the tasks of a SuperNode and does them in this process, by this package's code alone.

Flower's own loop unpacks and imports the app that the SuperLink sends. A hospital runs no code of another's: the app
that comes along is left where it is, and the message goes to ``hospital.Hospital``.
"""

import threading
from collections.abc import Callable

from flwr.app import ConfigRecord, Message, RecordDict
from flwr.common.constant import SubStatus
from flwr.proto.runtime_pb2 import AcquireTaskRequest
from flwr.supercore.constant import TaskType
from flwr.supercore.heartbeat import HeartbeatSender, make_task_heartbeat_fn_http
from flwr.supercore.interceptors import (
    RuntimeTokenHttpInterceptor,
    RuntimeVersionHttpInterceptor,
    SuperExecAuthHttpInterceptor,
)
from flwr.supercore.protobuf.client import ProtobufClientInterceptor
from flwr.supercore.retry import make_simple_http_retry_invoker
from flwr.supercore.runtime import RuntimeHttpClient
from flwr.supernode.runtime.run_clientapp import pull_task_input, push_message, push_task_output

from contract.visible_text import visible
from flower_apps.hospital import Hospital
from flower_apps.wire import ANSWERED, ASKED, Answer

_TRIES = 5
_SHOWN = 300
_TAKES_A_TASK = frozenset(("/flwr.proto.Runtime/AcquireTask",))


class TaskLoop:
    """The tasks of one SuperNode.

    Args:
        address: Where its runtime listens on this machine, host:port.
        secret: What it asks for before it gives a task.
        hospital: Who does them.
        say: Takes a sentence for whoever looks on.
    """

    def __init__(self, address: str, secret: bytes, hospital: Hospital, say: Callable[[str], None]) -> None:
        self._address, self._hospital, self._say = address, hospital, say
        self._one_at_a_time = threading.Lock()
        self._client = self._opened(
            SuperExecAuthHttpInterceptor(master_secret=secret, protected_methods=_TAKES_A_TASK),
            tries=1,  # whether the SuperNode is still there is looked at between two of them
        )

    def step(self) -> bool:
        """Take one task, and do it beside; tells whether there was one.

        One whose message the SuperNode has lost is waited for long: it must not keep the next from being done.

        Raises:
            httpx.HTTPError: The SuperNode does not answer.
        """
        found = self._client.AcquireTask(AcquireTaskRequest(supported_task_types=[TaskType.CLIENT_APP]))
        if not (found.HasField("task") and found.token):
            return False
        threading.Thread(target=self._do, args=(found.token,), daemon=True, name="task").start()
        return True

    def _do(self, token: str) -> None:
        client = self._opened(RuntimeTokenHttpInterceptor(token))
        heartbeat = HeartbeatSender(make_task_heartbeat_fn_http(client))
        heartbeat.start()
        try:
            message, context, _, _ = pull_task_input(client)
            with self._one_at_a_time:
                answer = self._hospital.answer(dict(message.content.get(ASKED, {})))
            push_message(client, _reply(message, answer), context)
            push_task_output(client, context, SubStatus.COMPLETED, "")
            self._hospital.handed_over(answer)
            if not answer.refusal:
                self._say(f"Trained on {answer.num_examples} patients, and answered.")
        except Exception as error:  # whatever it is: who looks on is told, and the coordinator asks again
            self._say(f"A task was not done: {type(error).__name__}: {visible(str(error))[:_SHOWN]}")
        finally:
            heartbeat.stop()
            client.close()

    def _opened(self, interceptor: ProtobufClientInterceptor, tries: int = _TRIES) -> RuntimeHttpClient:
        retries = make_simple_http_retry_invoker()
        retries.max_tries = tries
        return RuntimeHttpClient.from_server_address(
            server_address=self._address,
            insecure=True,  # it is this machine's loopback
            root_certificates=None,
            interceptors=[RuntimeVersionHttpInterceptor(component_name="SuperExec"), interceptor],
            retry_invoker=retries,
        )


def _reply(message: Message, answer: Answer) -> Message:
    return Message(RecordDict({ANSWERED: ConfigRecord(answer.written())}), reply_to=message)
