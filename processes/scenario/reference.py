"""The input `scenario`, which every analysis takes without knowing of it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator
from pydantic.dataclasses import dataclass
from pydantic_core import ArgsKwargs, PydanticCustomError

from dothi.core.text import Text
from processes.inputs import ProcessInputs, input_field

NAME = 'scenario'
UUID_PATTERN = r'^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'
DIGEST_PATTERN = r'^[0-9a-f]{64}$'
MOST_VERSIONS = 1_000


@dataclass(frozen=True, config=ConfigDict(extra='forbid'))
class ScenarioRef:
    """A version of a scenario; the latest one where none is named.

    digest and name are written into it when a request is accepted, so that a job says what it was computed with.
    """

    id: str = Field(pattern=UUID_PATTERN)
    version: int | None = Field(None, ge=1, le=MOST_VERSIONS, strict=True)
    digest: str | None = Field(None, pattern=DIGEST_PATTERN)
    name: str | None = Field(None, max_length=200)

    @model_validator(mode='before')
    @classmethod
    def _id_alone(cls, value: Any) -> Any:
        if not isinstance(value, str | dict | ArgsKwargs):
            raise PydanticCustomError('scenario_type', 'the id of a scenario, or an object with id and version')
        return {'id': value} if isinstance(value, str) else value

    @property
    def members(self) -> dict[str, Any]:
        """What a result says of the scenario that it was computed with."""
        return {'id': self.id, 'name': self.name, 'version': self.version, 'digest': self.digest}


def scenario_field() -> Any:
    """The input by which a scenario is named."""
    return input_field(
        Text(vi='Phương án', en='Scenario'),
        Text(
            vi='Tính trên dữ liệu đã thay đổi theo phương án này. Mã của phương án, hoặc {"id", "version"}; bỏ trống '
            'version là phiên bản mới nhất.',
            en='Computes on the data as this scenario changes it. Its id, or {"id", "version"}; without a version it '
            'is the latest one.',
        ),
        hint=Text(
            vi='Tính trên dữ liệu đã thay đổi theo phương án này.',
            en='Computes on the data as this scenario changes it.',
        ),
        default=None,
    )


def with_scenario[I: ProcessInputs](model: type[I]) -> type[I]:
    """The inputs with `scenario` as the last one; the same inputs where they have one of that name."""
    if NAME in model.model_fields:
        return model
    fields: dict[str, Any] = {NAME: (ScenarioRef | None, scenario_field())}
    return create_model(model.__name__, __base__=model, __module__=model.__module__, __doc__=model.__doc__, **fields)


def scenario_of(inputs: BaseModel) -> ScenarioRef | None:
    """The scenario that a request names, if it names one."""
    ref = getattr(inputs, NAME, None)
    return ref if isinstance(ref, ScenarioRef) else None
