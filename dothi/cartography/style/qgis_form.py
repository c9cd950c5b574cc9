"""The form of a layer in QGIS: aliases, widgets, value maps, ranges and required columns, as elements of a QML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement

from dothi.core.layer import Column
from dothi.core.text import Lang
from dothi.core.units import unit_in

# Flags of QgsFieldConstraints, and the strength that keeps a feature from being saved.
NOT_NULL, UNIQUE, EXPRESSION = 1, 2, 4
HARD, NONE = '2', '0'
# How a day and a moment are stored, and how people read them.
DAY, MOMENT = ('yyyy-MM-dd', 'dd/MM/yyyy'), ('yyyy-MM-ddTHH:mm:ss', 'dd/MM/yyyy HH:mm')
# What a value map of QGIS has in place of a code for no value, and how the form writes that.
NO_VALUE, NO_VALUE_WORD = '{2839923C-8B7D-419E-B84B-CA2FE9B80EC7}', '–'
# What the platform adds to the columns of a layer: nobody fills it in.
TECHNICAL = ('id', 'release_from')

type Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class LayerForm:
    """What a form shows.

    key: the columns that name a feature. unit_codes: codes and names of units by layer of units. field_names: what
    columns are called where QGIS reads them, if not as in the layer file. hidden: fields that nobody fills in. unique:
    whether QGIS is to look for the same key in all rows, which it can in a file.
    """

    columns: Mapping[str, Column]
    lang: Lang
    key: Sequence[str] = ()
    unit_codes: Mapping[str, Pairs] = field(default_factory=dict)
    field_names: Mapping[str, str] = field(default_factory=dict)
    hidden: Sequence[str] = TECHNICAL
    unique: bool = False

    def field_name(self, name: str) -> str:
        """What the column is called where QGIS reads it."""
        return self.field_names.get(name, name)

    def heading(self, name: str) -> str:
        """The column's title with its unit of measure: `Số chỗ học (chỗ)`."""
        column = self.columns[name]
        unit = unit_in(column.unit, self.lang)
        return column.title.pick(self.lang) + (f' ({unit})' if unit else '')

    def is_required(self, name: str) -> bool:
        """Whether a feature without a value in the column is not taken."""
        return self.columns[name].required or name in self.key

    def choices(self, column: Column) -> Pairs:
        """Words and the code that each stands for, where the column holds codes."""
        domain = [(title.pick(self.lang), code) for code, title in (column.domain or {}).items()]
        return domain + [(f'{code} {name}', code) for code, name in self.unit_codes.get(column.unit_layer or '', [])]


def form_elements(form: LayerForm) -> list[Element]:
    """The parts of a QML that make the form, and the table of features."""
    return [_widgets(form), _aliases(form), _constraints(form), _expressions(form), _table(form)]


def _widgets(form: LayerForm) -> Element:
    made = Element('fieldConfiguration')
    for name in form.hidden:
        _widget(made, name, 'Hidden')
    for name, column in form.columns.items():
        kind = _kind(form, column)
        options = _widget(made, form.field_name(name), kind)
        if kind == 'ValueMap':
            _add_choices(options, form.choices(column), can_be_empty=not form.is_required(name))
        else:
            for option, value in _options(kind, column).items():
                _add_option(options, option, value)
    return made


def _widget(parent: Element, name: str, kind: str) -> Element:
    """The map of options of a new widget."""
    made = SubElement(parent, 'field', {'name': name, 'configurationFlags': 'NoFlag'})
    widget = SubElement(made, 'editWidget', {'type': kind})
    return SubElement(SubElement(widget, 'config'), 'Option', {'type': 'Map'})


def _kind(form: LayerForm, column: Column) -> str:
    """The type of the widget; numbers with decimals are text, because a spin box would round them."""
    if form.choices(column):
        return 'ValueMap'
    kinds = {'integer': 'Range', 'boolean': 'CheckBox', 'date': 'DateTime', 'timestamp': 'DateTime'}
    return kinds.get(column.type, 'TextEdit')


def _options(kind: str, column: Column) -> dict[str, str | int | bool]:
    if kind == 'Range':
        limits = {'Min': column.min, 'Max': column.max}
        return {'AllowNull': True, **{name: int(limit) for name, limit in limits.items() if limit is not None}}
    if kind == 'DateTime':
        stored, read = DAY if column.type == 'date' else MOMENT
        return {'field_format': stored, 'display_format': read, 'allow_null': True, 'calendar_popup': True}
    return {'AllowNullState': not column.required} if kind == 'CheckBox' else {}


def _add_option(parent: Element, name: str, value: str | int | bool) -> None:
    kinds: dict[type, str] = {bool: 'bool', int: 'int', str: 'QString'}
    text = str(value).lower() if isinstance(value, bool) else str(value)
    SubElement(parent, 'Option', {'name': name, 'type': kinds[type(value)], 'value': text})


def _add_choices(options: Element, choices: Pairs, *, can_be_empty: bool) -> None:
    """Words to codes, in their order; of an optional column also none."""
    listed = SubElement(options, 'Option', {'name': 'map', 'type': 'List'})
    for words, code in [*([(NO_VALUE_WORD, NO_VALUE)] if can_be_empty else []), *choices]:
        _add_option(SubElement(listed, 'Option', {'type': 'Map'}), words, code)


def _aliases(form: LayerForm) -> Element:
    made = Element('aliases')
    for index, name in enumerate(form.columns):
        attributes = {'field': form.field_name(name), 'index': str(index), 'name': form.heading(name)}
        SubElement(made, 'alias', attributes)
    return made


def _constraints(form: LayerForm) -> Element:
    made = Element('constraints')
    for name, column in form.columns.items():
        must, unique = form.is_required(name), form.unique and list(form.key) == [name]
        checked = bool(_expression(form.field_name(name), column))
        strengths = {
            'notnull_strength': HARD if must else NONE,
            'unique_strength': HARD if unique else NONE,
            'exp_strength': HARD if checked else NONE,
        }
        flags = NOT_NULL * must | UNIQUE * unique | EXPRESSION * checked
        SubElement(made, 'constraint', {'field': form.field_name(name), 'constraints': str(flags), **strengths})
    return made


def _expressions(form: LayerForm) -> Element:
    made = Element('constraintExpressions')
    for name, column in form.columns.items():
        field_name = form.field_name(name)
        expression = _expression(field_name, column)
        SubElement(made, 'constraint', {'field': field_name, 'exp': expression, 'desc': form.heading(name)})
    return made


def _expression(field_name: str, column: Column) -> str:
    """What QGIS checks of a number: its range; nothing without limits."""
    limits = [('>=', column.min), ('<=', column.max)]
    checks = [f'"{field_name}" {sign} {limit:.15g}' for sign, limit in limits if limit is not None]
    return f'"{field_name}" is null or ({" and ".join(checks)})' if checks else ''


def _table(form: LayerForm) -> Element:
    """The table of features, without the columns that nobody fills in."""
    made = Element('attributetableconfig', {'sortExpression': '', 'sortOrder': '0', 'actionWidgetStyle': 'dropDown'})
    columns = SubElement(made, 'columns')
    for name in (*form.hidden, *(form.field_name(column) for column in form.columns)):
        hidden = '1' if name in form.hidden else '0'
        SubElement(columns, 'column', {'name': name, 'type': 'field', 'hidden': hidden, 'width': '-1'})
    return made
