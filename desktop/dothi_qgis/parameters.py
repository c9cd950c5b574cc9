"""Fields of an analysis as parameters of Processing, each with the widget that fits."""

import json
from typing import Any

from qgis.core import (
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from dothi_qgis.form_fields import JSON_KINDS, FormField


def parameter_of(one: FormField) -> QgsProcessingParameterDefinition:
    """The parameter; what is written as JSON is among the advanced ones unless it must be filled in."""
    made = _parameter(one)
    made.setHelp(one.description)
    if one.kind in JSON_KINDS and not one.required:
        made.setFlags(made.flags() | QgsProcessingParameterDefinition.FlagAdvanced)
    return made


def _parameter(one: FormField) -> QgsProcessingParameterDefinition:
    is_optional = not one.required
    if one.choices:
        return QgsProcessingParameterEnum(
            one.name, one.label, [*one.choices], one.several, _titles(one), is_optional, usesStaticStrings=True
        )
    if one.kind == 'yes-no':
        return QgsProcessingParameterBoolean(one.name, one.label, bool(one.value), is_optional)
    if one.kind in ('whole', 'number'):
        return _number(one, is_optional)
    several_lines = one.kind in ('lines', 'layers', *JSON_KINDS)
    return QgsProcessingParameterString(one.name, one.label, _text(one), several_lines, is_optional)


def _number(one: FormField, is_optional: bool) -> QgsProcessingParameterNumber:
    kind = QgsProcessingParameterNumber.Integer if one.kind == 'whole' else QgsProcessingParameterNumber.Double
    made = QgsProcessingParameterNumber(one.name, one.label, kind, one.value, is_optional)
    if one.least is not None:
        made.setMinimum(one.least)
    if one.most is not None:
        made.setMaximum(one.most)
    return made


def _titles(one: FormField) -> Any:
    """The titles of what is chosen at first."""
    values = one.value if isinstance(one.value, list) else [one.value]
    titles = [title for title, value in one.choices.items() if value in values]
    return titles if one.several else next(iter(titles), None)


def _text(one: FormField) -> str | None:
    """What stands in the field at first."""
    if one.value is None:
        return None
    if one.kind in JSON_KINDS:
        return json.dumps(one.value, ensure_ascii=False)
    if isinstance(one.value, list):
        return (', ' if one.kind == 'numbers' else '\n').join(str(value) for value in one.value)
    return str(one.value)
