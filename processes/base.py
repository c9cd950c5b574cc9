"""What an analysis is: a title, a model of its inputs that is also its documentation, its outputs, and `run`."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import get_original_bases
from typing import Any, ClassVar, Protocol

from pygeoapi.process.base import BaseProcessor

from dothi.core.access.person import Action
from dothi.core.database import Role
from dothi.core.errors import NotFound
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from dothi.core.text import Text
from processes.data import Data
from processes.input_schemas import describe_inputs
from processes.inputs import ProcessInputs, field_metadata
from processes.outputs import PROVENANCE, Member, Output
from processes.scenario.reference import NAME as SCENARIO
from processes.scenario.reference import with_scenario


class ProgressCallback(Protocol):
    """Told how much of the work is done (0 to 1), and what is being done now."""

    def __call__(self, share: float, doing: Text) -> None: ...


class ReadData(Protocol):
    """Opens the layers of a request, for as long as the context lasts."""

    def __call__(self) -> AbstractContextManager[Data]: ...


class Process[I: ProcessInputs](BaseProcessor, ABC):  # type: ignore[misc]  # pygeoapi has no types
    """An analysis. A subclass gives title, description, outputs, audience and `run`; pygeoapi gets the rest."""

    title: ClassVar[Text]
    description: ClassVar[Text]
    audience: ClassVar[Audience] = 'public'
    # inputs that a reader of the description can send as they are
    example: ClassVar[dict[str, Any]] = {}
    # whether it wants to know who asks, and the input that is a file in base64
    editors_only: ClassVar[bool] = False
    # and what whoever sends it must be allowed to do then
    action: ClassVar[Action] = Action.PUBLISH
    # what whoever has signed in must be allowed to do to run it
    run_action: ClassVar[Action] = Action.RUN
    upload: ClassVar[str | None] = None
    # an input that names a file which came in parts, in place of that one; and what a form then does not ask for
    in_parts: ClassVar[str | None] = None
    left_out_of_form: ClassVar[frozenset[str]] = frozenset()
    # an input with a second file, which may be left out: a letter beside what is delivered
    attachment: ClassVar[str | None] = None
    # whether the same request on the same releases may have the answer that is there; not what changes something
    reusable: ClassVar[bool] = True
    # how it computes, in a few sentences for a report; docs/explanation/<id>.md says the rest
    method: ClassVar[Text | None] = None
    # a page of processes/forms/pages that tells, from the summary, what a table of figures cannot
    page: ClassVar[str | None] = None
    # what it answers with; a process that names none has the one output `result`, GeoJSON
    outputs: ClassVar[dict[str, Output]] = {}
    # the members of `summary`, which all of its outputs share, but for inputs that it repeats
    summary: ClassVar[Mapping[str, Member]] = {}
    # inputs that are wanted with what may stand around a value: {"value", "mediaType", "encoding"} or {"href", "type"}
    qualified: ClassVar[frozenset[str]] = frozenset()
    # whether an answer that was waited for names its job
    monitored: ClassVar[bool] = True
    # whether it can be run on data as a scenario changes it: analyses can, what delivers, decides or copies cannot
    takes_scenario: ClassVar[bool] = True
    inputs: ClassVar[type[ProcessInputs]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        (cls.inputs,) = get_original_bases(cls)[0].__args__
        cls.takes_scenario = cls.takes_scenario and not cls.editors_only
        if cls.takes_scenario:
            cls.inputs = with_scenario(cls.inputs)
        cls.outputs = cls.outputs or {'result': Output(cls.title)}

    def __init__(self, definition: Mapping[str, Any]) -> None:
        super().__init__(definition, self.metadata_for_pygeoapi())

    @abstractmethod
    def run(self, inputs: I, data: Data, progress: ProgressCallback) -> Any:
        """The answer, from `data` alone: the same inputs on the same releases give the same result.

        The value of the only output, or the value of each by its name. A value is a ResultFile, or plain data.
        """

    def check(self, inputs: I, locality: Locality, read: ReadData) -> None:
        """Raises what makes a run with these inputs impossible; called before there is a job.

        read: opens what the run would read, for checks that need to look at the data.
        """
        del inputs, locality, read

    def for_editors(self, inputs: I) -> bool:
        """Whether a run with these inputs changes what is served, and therefore wants to know who asks."""
        del inputs
        return self.editors_only

    def changed_layer(self, inputs: I, role: Role = 'gatekeeper') -> str | None:
        """Id of the layer that a run with these inputs would change, where that is one of the locality's.

        role: that looks it up where the inputs do not say it.
        """
        del inputs, role
        return None

    def downloaded_layer(self, inputs: I) -> str | None:
        """Id of the layer that the result is a copy of; None of what is computed."""
        del inputs
        return None

    def unknown(self, inputs: I) -> NotFound | None:
        """The error for inputs that name what is not there; None where what they name is a layer."""
        del inputs
        return None

    @classmethod
    def knows_editors(cls) -> bool:
        """Whether any run of it wants to know who asks."""
        return cls.editors_only or cls.for_editors is not Process.for_editors

    def cost_s(self, inputs: I) -> float:
        """About how many seconds a run with these inputs takes; a client that leaves it open waits for short ones."""
        del inputs
        return 1.0

    @classmethod
    def answers_from_reads(cls) -> bool:
        """Whether its result tells of nothing but the layers that it counts as read: who sees these may have it."""
        return cls.takes_scenario and not cls.knows_editors()

    @classmethod
    def offered_to(cls, audience: Audience) -> bool:
        """Whether `audience` may ask for this analysis at all; the internal one may ask for every one."""
        return audience in (cls.audience, 'internal')

    @classmethod
    def members_of(cls, output: str) -> dict[str, Member]:
        """Every member that an output may have, in its features, its summary and the parts of these.

        A member of the summary that repeats an input is called like the input.
        """
        inputs = {name: Member.of_input(field_metadata(field)) for name, field in cls.inputs.model_fields.items()}
        own = cls.outputs[output].members
        # first, so that theirs is the order; and last, so that theirs are the titles
        return {**own, **PROVENANCE, **inputs, **cls.summary, **own}

    @classmethod
    def describe_for(cls, audience: Audience) -> dict[str, Any]:
        """The process description for an audience: strangers have no scenarios."""
        metadata = cls.metadata_for_pygeoapi()
        if audience == 'public' and cls.takes_scenario:
            metadata['inputs'].pop(SCENARIO, None)
        return metadata

    @classmethod
    def metadata_for_pygeoapi(cls) -> dict[str, Any]:
        """The process description; pygeoapi picks the language of every {vi, en}."""
        return {
            'version': '1.0.0',
            'title': cls.title.model_dump(),
            'description': cls.description.model_dump(),
            'jobControlOptions': ['sync-execute', 'async-execute', 'dismiss'],
            'outputTransmission': ['value', 'reference'],
            'keywords': [],
            'inputs': describe_inputs(cls.inputs),
            'outputs': {name: output.describe(cls.summary) for name, output in cls.outputs.items()},
            'example': {'inputs': cls.example},
        }
