"""YAML files of the locality, each read into the model that it must follow."""

import csv
import io
import pickle
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import yaml
from pydantic import BaseModel, RootModel, ValidationError

from dothi.core.errors import WrongUse
from dothi.core.invalid_values import explain_error
from dothi.core.yaml_lines import line_of_key

# libyaml's, where PyYAML has it: forty files take 0.03 s and not 0.3 s.
_SAFE: type[yaml.SafeLoader] = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
# What has a meaning of its own also where values are texts: no value, and the values of another mapping.
_MEANINGS = {'tag:yaml.org,2002:null', 'tag:yaml.org,2002:merge'}


class RepeatedKey(yaml.MarkedYAMLError):
    """A key stands twice in one mapping: YAML takes the last of them, and what the first said is lost."""


class _UniqueKeys:
    """What a loader does besides: it refuses a key that stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        """The mapping. Raises RepeatedKey."""
        known: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in known:
                    raise RepeatedKey(problem=str(key.value), problem_mark=key.start_mark)
                known.add(key.value)
        return super().construct_mapping(node, deep)  # type: ignore[misc]


class Loader(_UniqueKeys, _SAFE):  # type: ignore[misc, valid-type]
    """Reads files of a locality."""


class TextLoader(Loader):
    """Reads files of which every value is a text: a code such as 012 is no number in octal, and `no` no falsehood."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, form) for tag, form in resolvers if tag in _MEANINGS]
        for first, resolvers in _SAFE.yaml_implicit_resolvers.items()
    }


class BadLocalityFile(WrongUse):
    """A file of the locality does not say what it must."""


class BadLayerFile(BadLocalityFile):
    """A layer file or coverage file does not follow its model."""


def parse_file[M: BaseModel](
    model: type[M], file: Path, error: type[BadLocalityFile] = BadLocalityFile, *, as_text: bool = False
) -> M:
    """What a YAML file of the locality says; raises `error` that names file, key and fix.

    as_text: whether all values are texts.
    """
    return parse_value(model, read_yaml(file, error, as_text=as_text), file, None, error)


def parse_value[M: BaseModel](
    model: type[M], value: object, file: Path, key: str | None, error: type[BadLocalityFile] = BadLocalityFile
) -> M:
    """What the part at `key` of a file says; raises `error` that names file, key and fix."""
    try:
        return model.model_validate(value)
    except ValidationError as invalid:
        raise _explain(invalid, model, file, key, error) from None


def _explain(
    invalid: ValidationError, model: type[BaseModel], file: Path, key: str | None, error: type[BadLocalityFile]
) -> BadLocalityFile:
    """The first thing that is wrong, with line, key and fix; a misspelt key before the one that is missing for it."""
    first = min(invalid.errors(include_url=False), key=lambda error: error['type'] != 'extra_forbidden')
    path = ((key,) if key else ()) + first['loc']
    where, place = '.'.join(map(str, path)) or '(file)', _place_of(file, path)
    if first['type'] == 'extra_forbidden':
        return error.with_suggestion(
            str(first['loc'][-1]),
            _keys_at(model, first['loc'][:-1]),
            vi=f'{place}, khóa {where}: không có khóa này.',
            en=f'{place}, key {where}: no such key.',
        )
    if first['type'] == 'missing':
        lacks = f'{place}: the key {where} is missing. Add it.'
        return error(vi=f'{place}: thiếu khóa {where}. Hãy thêm vào.', en=lacks)
    reason = explain_error(first)
    input_text = f' ({first["input"]!r})' if isinstance(first['input'], str | int | float) else ''
    return error(
        vi=f'{place}, khóa {where}{input_text}: {reason.vi}. Hãy sửa lại.',
        en=f'{place}, key {where}{input_text}: {reason.en}. Correct it.',
    )


def _place_of(file: Path, path: tuple[int | str, ...]) -> str:
    """The file with the line of the key, where it has one: `locality.yml:12`."""
    line = line_of_key(file, path) if file.suffix == '.yml' else None
    return f'{file}:{line}' if line else str(file)


def _keys_at(model: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """The keys that the part of `model` at `path` knows."""
    # a file without keys of its own, such as access.yml, is a list of what stands below each
    member: Any = _model_within(model.model_fields['root'].annotation) if issubclass(model, RootModel) else model
    for step in path:
        if not (isinstance(member, type) and issubclass(member, BaseModel)):
            continue
        fields = {(info.alias or name): info.annotation for name, info in member.model_fields.items()}
        member = _model_within(fields.get(str(step), member))
    return [info.alias or name for name, info in member.model_fields.items()]


def _model_within(annotation: Any) -> Any:
    """The model inside an annotation such as `Part | None` or `dict[str, Part]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, '__args__', ()):
        inner = _model_within(part)
        if inner is not None:
            return inner
    return None


def read_yaml(file: Path, error: type[BadLocalityFile] = BadLocalityFile, *, as_text: bool = False) -> dict[str, Any]:
    """The keys and values of a YAML file, in no model yet; raises `error`. as_text: whether all values are texts."""
    try:
        content = pickle.loads(_pickled_content(file.read_text(encoding='utf-8'), as_text))  # noqa: S301 (of our own making)
    except FileNotFoundError:
        raise error(
            vi=f'Không có tệp {file}. Kiểm tra DOTHI_LOCALITY.', en=f'There is no file {file}. Check DOTHI_LOCALITY.'
        ) from None
    except OSError as unreadable:
        raise error(
            vi=f'{file}: không mở được ({unreadable.strerror}). Cần một tệp đọc được.',
            en=f'{file}: cannot be opened ({unreadable.strerror}). A readable file is needed.',
        ) from None
    except UnicodeDecodeError:
        raise error(
            vi=f'{file}: không phải UTF-8. Lưu lại tệp với bảng mã UTF-8.',
            en=f'{file}: not in UTF-8. Save the file in that encoding.',
        ) from None
    except RepeatedKey as repeated:
        line = repeated.problem_mark.line + 1 if repeated.problem_mark else ''
        raise error(
            vi=f'{file}:{line}: khóa "{repeated.problem}" có hai lần. Gộp lại thành một.',
            en=f'{file}:{line}: the key "{repeated.problem}" stands twice. Make one of them.',
        ) from None
    except yaml.YAMLError as invalid:
        place = getattr(invalid, 'problem_mark', None)
        line = f':{place.line + 1}' if place else ''
        raise error(
            vi=f'{file}{line}: không đọc được YAML. Kiểm tra thụt dòng và dấu ngoặc.',
            en=f'{file}{line}: not readable as YAML. Check indents and quotes.',
        ) from None
    if not isinstance(content, dict):
        raise error(vi=f'{file}: phải là danh sách khóa: giá trị.', en=f'{file}: must consist of key: value lines.')
    return content


def csv_rows(file: Path, columns: tuple[str, ...] = ()) -> 'csv.DictReader[str]':
    """The rows of a CSV file of the locality, with or without a byte order mark; raises BadLocalityFile.

    columns: those that must be there, so that a file that was emptied or saved with semicolons is no table of nothing.
    """
    try:
        text = file.read_text(encoding='utf-8-sig')
    except FileNotFoundError:
        raise BadLocalityFile(vi=f'Không có tệp {file}.', en=f'There is no file {file}.') from None
    except (OSError, UnicodeDecodeError):
        raise BadLocalityFile(
            vi=f'{file}: không đọc được dưới dạng UTF-8. Lưu lại tệp (Excel: "CSV UTF-8").',
            en=f'{file}: not readable as UTF-8. Save the file anew (Excel: "CSV UTF-8").',
        ) from None
    rows = csv.DictReader(io.StringIO(text, newline=''))
    missing = [name for name in columns if name not in (rows.fieldnames or ())]
    if missing:
        raise BadLocalityFile(
            vi=f'{file}:1: thiếu cột {", ".join(missing)}. Các cột cách nhau bằng dấu phẩy.',
            en=f'{file}:1: the columns {", ".join(missing)} are missing. Commas stand between columns.',
        )
    return rows


@lru_cache(maxsize=500)
def _pickled_content(text: str, as_text: bool) -> bytes:
    """What a YAML text holds, pickled, so that each reader gets its own: a service reads the files at each release."""
    return pickle.dumps(yaml.load(text, TextLoader if as_text else Loader))  # noqa: S506 (it is a safe one)
