"""`/ows`: one address for WMS and WMTS; SERVICE, REQUEST and VERSION say what is meant."""

from flask import Blueprint, Response, g, request
from werkzeug.datastructures import MultiDict

from dothi.api.http.parameters import replace_parameters
from dothi.api.http.problems import for_clients, log_defect, log_refusal, problem_response
from dothi.api.ows import wms, wmts
from dothi.api.ows.address import PATH, REST
from dothi.api.ows.errors import InvalidParameterValue, bad_value
from dothi.api.ows.parameters import INFO_ENDINGS, TILE_ENDINGS, OwsParameters, format_ending, refuse_addresses
from dothi.api.ows.reports import wms_report, wmts_report
from dothi.core.errors import Defect, DothiError, http_status
from dothi.core.text import LANGUAGES

OWS = Blueprint('ows', __name__)
SERVICES = ('WMS', 'WMTS')
COMMON_PARAMETERS = ('SERVICE', 'REQUEST', 'VERSION', 'EXCEPTIONS')
TILE = f'{REST}/<layer>/<style>/<time>/<matrix_set>/<matrix>/<row>/<column>'


def wanted_language(parameters: OwsParameters) -> str:
    """LANGUAGE, which INSPIRE brought into WMS, or LANG; the first of AcceptLanguages that is spoken; or nothing."""
    listed = parameters.text('ACCEPTLANGUAGES').replace(',', ' ').lower().split()
    spoken = [language for language in listed if language.startswith(LANGUAGES)]
    return parameters.text('LANGUAGE') or parameters.text('LANG') or (spoken[0] if spoken else '')


@OWS.before_request
def _read_parameters() -> None:
    """Keeps what is asked for with the request, and in which language, which these services call otherwise."""
    # what decides over the form of an error, for one in the rest
    g.ows_parameters = OwsParameters(
        (name, value) for name, value in request.args.items() if name.upper() in COMMON_PARAMETERS and '\0' not in value
    )
    g.ows_parameters = OwsParameters(request.args.items(multi=True))
    replace_parameters(MultiDict({'lang': wanted_language(g.ows_parameters)}))


@OWS.route(PATH)
def ows() -> Response:
    """Answer a key-value request of WMS or WMTS."""
    parameters: OwsParameters = g.ows_parameters
    refuse_addresses(parameters)
    return wmts.answer_wmts(parameters) if _requested_service(parameters) == 'WMTS' else wms.answer_wms(parameters)


@OWS.route(f'{REST}/WMTSCapabilities.xml')
def wmts_capabilities() -> Response:
    """Answer a RESTful request for the WMTS capabilities."""
    return wmts.answer_capabilities(g.ows_parameters)


@OWS.route(f'{TILE}.<ending>')
def wmts_tile(ending: str, **tile: str) -> Response:
    """Answer a RESTful request for a tile."""
    return wmts.answer_tile(wmts.Tile(**tile), format_ending(ending, TILE_ENDINGS))


@OWS.route(f'{TILE}/<j>/<i>.<ending>')
def wmts_feature_info(j: str, i: str, ending: str, **tile: str) -> Response:
    """Answer a RESTful request for the features at a pixel of a tile."""
    return wmts.feature_info(wmts.Tile(**tile), i, j, format_ending(ending, INFO_ENDINGS))


@OWS.errorhandler(DothiError)
def _answer_refused(error: DothiError) -> Response:
    """The error as a document of the service that was asked; of OWS Common where that is none, or not to be told."""
    if not isinstance(error, Defect):
        log_refusal(error, http_status(error))
    if 'ows_parameters' not in g:
        return problem_response(error)
    shown_error = for_clients(error)
    if _is_wms(g.ows_parameters):
        return wms_report(shown_error, wms.version_of(g.ows_parameters), g.ows_parameters)
    return wmts_report(shown_error)


@OWS.errorhandler(Exception)
def _answer_failed(error: Exception) -> Response:
    return _answer_refused(log_defect(error))


def _requested_service(parameters: OwsParameters) -> str:
    """WMS or WMTS; only what WMS alone is asked for, of which it is no parameter, may leave SERVICE out."""
    name = parameters.text('SERVICE').upper()
    if not name and parameters.required('REQUEST').lower() not in wms.PICTURED:
        parameters.required('SERVICE')
    if name and name not in SERVICES:
        raise bad_value(InvalidParameterValue, 'SERVICE', name, 'ở đây có WMS và WMTS.', 'there are WMS and WMTS here.')
    return name or 'WMS'


def _is_wms(parameters: OwsParameters) -> bool:
    if service := parameters.text('SERVICE').upper():
        return service == 'WMS' and not _is_wmts(parameters)
    return parameters.text('REQUEST').lower() in wms.PICTURED and not _is_wmts(parameters)


def _is_wmts(parameters: OwsParameters) -> bool:
    is_named = parameters.text('SERVICE').upper() == 'WMTS' or parameters.text('REQUEST').lower() == 'gettile'
    return is_named or request.path.startswith(REST)
