"""Answers that were expensive and stay true, kept by one process."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock


class Remembered[Question: Hashable, Answer]:
    """The last `most` answers by question, for all threads of the process."""

    def __init__(self, most: int) -> None:
        self._answers: OrderedDict[Question, Answer] = OrderedDict()
        self._most, self._lock = most, Lock()

    def get(self, question: Question) -> Answer | None:
        """The answer, or None where it is not kept."""
        with self._lock:
            if question in self._answers:
                self._answers.move_to_end(question)
            return self._answers.get(question)

    def keep(self, question: Question, answer: Answer) -> None:
        """Keeps the answer, and forgets the one that was longest not asked for."""
        with self._lock:
            self._answers[question] = answer
            if len(self._answers) > self._most:
                self._answers.popitem(last=False)
