"""`/norms`: the values of norms that are in force, as analyses use them and as a scenario may change them."""

from typing import Any

from flask import Blueprint, Response

from dothi.api.http import parameters
from dothi.api.http.documents import as_json, as_page, own_links
from dothi.api.http.language import language, say, wanted_format
from dothi.api.http.parameters import COMMON
from dothi.api.http.service import service
from dothi.core.norms import ANY, Norm
from dothi.core.text import Lang
from processes.forms.numbers import value_text
from processes.forms.words import words_of_codes
from processes.norm_words import CONDITIONS, MEASURED_FROM, NORMS, SUBJECTS, class_words, clause_words

NORM_VALUES = Blueprint('norm_values', __name__)


@NORM_VALUES.route('/norms')
def norms() -> Response:
    """The rows in force on the locality's reference date, in the order of its file, as JSON or as a page."""
    parameters.refuse_unknown(COMMON)
    form = wanted_format()
    locality = service().locality
    day = locality.place.reference_date
    rows = [_describe_norm(norm, language()) for norm in locality.norm_values if norm.in_force(day)]
    document = {'in_force_on': day.isoformat(), 'norms': rows}
    if form == 'html':
        return as_page('norms.html', document | {'day': value_text(day.isoformat(), language())})
    return as_json(document | {'links': own_links('/norms')})


def _describe_norm(norm: Norm, lang: Lang) -> dict[str, Any]:
    """The members that a scenario names it by, its value, and what each says in words."""
    cited = {name: value for name, value in norm.cited.items() if value is not None}
    return cited | {
        'value_text': value_text(norm.value, lang, norm.unit),
        'title': words_of_codes(norm.norm, NORMS, lang),
        'applies_to': ', '.join(_applies_to(norm, lang)),
        'source': clause_words(norm.clause).pick(lang),
        'measured': words_of_codes(norm.measured_from, MEASURED_FROM, lang),
    }


def _applies_to(norm: Norm, lang: Lang) -> list[str]:
    """For what and on what condition it holds, without those that are for any."""
    parts = [(norm.subject, SUBJECTS), (norm.condition, CONDITIONS)]
    words = [words_of_codes(code, codes, lang) for code, codes in parts if code != ANY]
    if norm.classed:
        words.append(class_words(str(norm.cited['class'])).pick(lang))
    return words or [say(SUBJECTS[ANY])]
