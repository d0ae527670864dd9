"""Asking hospitals through Flower's grid: each by the node that the SuperLink knows it by, as often as a node is lost.

A hospital trains the same lesson to the same bytes, so asking twice changes nothing.
"""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from flwr.app import ConfigRecord, Message, MessageType, RecordDict
from flwr.serverapp import Grid

from contract.errors import FederationError
from contract.names import EnvoyName
from contract.visible_text import visible
from flower_apps.wire import ANSWERED, ASKED, Answer, Asked, Field

_LOOK_SECONDS = 0.2
_PAUSE_SECONDS = 5.0
"""How long a hospital is left alone whose node failed."""


@dataclass(frozen=True)
class _Waiting:
    """A message that is under way: to which hospital, by which node, and since when that node is on."""

    envoy: EnvoyName
    node: int
    since: str


class OverGrid:
    """Asks the hospitals of a plan.

    Args:
        grid: Flower's way to them.
        envoys: Who is asked.
        deadline_seconds: After so long a round goes on with those that answered.
        say: Takes a sentence for whoever looks on.
    """

    def __init__(
        self, grid: Grid, envoys: Collection[EnvoyName], deadline_seconds: float, say: Callable[[str], None]
    ) -> None:
        self._grid, self._deadline_seconds, self._say = grid, deadline_seconds, say
        self._envoys = {each.folded: each for each in envoys}

    def ask(self, asked: Asked) -> Mapping[EnvoyName, Answer]:
        """Ask all, and wait for all or until the deadline; who is not there meanwhile is asked once it comes."""
        content = RecordDict({ASKED: ConfigRecord(asked.written())})  # one for all: it is not copied before it travels
        ends = time.monotonic() + self._deadline_seconds
        answers: dict[EnvoyName, Answer] = {}
        waiting: dict[str, _Waiting] = {}
        left_alone: dict[EnvoyName, float] = {}
        while len(answers) < len(self._envoys) and time.monotonic() < ends:
            nodes = self._nodes()
            waiting = {key: each for key, each in waiting.items() if nodes.get(each.envoy) == (each.node, each.since)}
            under_way = {each.envoy for each in waiting.values()}
            now = time.monotonic()
            free = [
                (envoy, *node)
                for envoy, node in nodes.items()
                if envoy not in answers and envoy not in under_way and left_alone.get(envoy, now) <= now
            ]
            waiting |= self._push(content, free, asked.lesson.number)
            for message in self._grid.pull_messages(list(waiting)) if waiting else ():
                place = waiting.pop(message.metadata.reply_to_message_id, None)
                if place is None:
                    continue
                answer = self._answer(message, place.envoy)
                if answer is None:
                    left_alone[place.envoy] = time.monotonic() + _PAUSE_SECONDS
                else:
                    answers[place.envoy] = answer
            if len(answers) < len(self._envoys):
                time.sleep(_LOOK_SECONDS)
        missing = sorted(set(self._envoys.values()) - set(answers))
        if missing:
            self._say(f"Round {asked.lesson.number}: no answer of {', '.join(missing)} within the deadline.")
        return answers

    def _nodes(self) -> dict[EnvoyName, tuple[int, str]]:
        """Give the node of each hospital that is on, and since when: one that was on anew has lost what it was sent."""
        found: dict[EnvoyName, tuple[int, str]] = {}
        for node in self._grid.get_nodes():
            envoy = self._envoys.get(str(node.name).casefold())
            if envoy is not None:
                found[envoy] = node.node_id, str(node.last_activated_at)
        return found

    def _push(
        self, content: RecordDict, free: Collection[tuple[EnvoyName, int, str]], number: int
    ) -> dict[str, _Waiting]:
        if not free:
            return {}
        messages = [
            Message(content, node, MessageType.TRAIN, ttl=self._deadline_seconds, group_id=str(number))
            for _, node, _ in free
        ]
        keys = self._grid.push_messages(messages)
        return {key: _Waiting(*each) for key, each in zip(keys, free, strict=True) if key}

    def _answer(self, message: Message, envoy: EnvoyName) -> Answer | None:
        """Read a reply; None: the node failed, and is asked again. The node, not the message, says whose it is."""
        if message.has_error():
            self._say(f"{envoy}'s node failed: {visible(str(message.error.reason))[:300]} It is asked again.")
            return None
        fields: Mapping[str, Field] = dict(message.content.get(ANSWERED, {}))
        try:
            answer = Answer.read(fields)
        except FederationError as error:
            return Answer(envoy, 0, b"", refusal=f"Its answer can't be read: {error.sentence}")
        if answer.envoy.folded != envoy.folded:
            return Answer(envoy, 0, b"", refusal=f"Its node answers as {answer.envoy}.")
        return answer
