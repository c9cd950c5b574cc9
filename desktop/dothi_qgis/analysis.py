"""An analysis of the service as an algorithm of Processing: for the toolbox, models, batches and `qgis_process`."""

import json
import tempfile
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsFeatureSink,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingException,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterRasterDestination,
    QgsVectorLayer,
)

from dothi_qgis.connection import ServiceConnection
from dothi_qgis.form_fields import BadValue, Result, form_fields, inputs_of, results_of
from dothi_qgis.jobs import await_job
from dothi_qgis.parameters import parameter_of
from dothi_qgis.service import ServiceError, begin_job, read_bytes
from dothi_qgis.words import say

# Steps of other windows and of the portal's pages, and a tool of programmers: scripts may call them all the same.
ELSEWHERE = frozenset((
    'deliver-layer', 'decide-delivery', 'preview-delivery', 'roll-back', 'settle-conflict', 'present-result',
    'keep-result', 'report-study', 'echo', 'compare-results',
))  # fmt: skip


class Analysis(QgsProcessingAlgorithm):
    """One analysis, as its description says."""

    def __init__(self, connection: ServiceConnection, description: dict[str, Any]) -> None:
        super().__init__()
        self._connection, self._description = connection, description
        self._results = results_of(description)
        self._fields = [one for one in form_fields(description) if one.kind != 'file']

    def createInstance(self) -> 'Analysis':  # noqa: N802  # QGIS calls these names
        return Analysis(self._connection, self._description)

    def name(self) -> str:
        return str(self._description['id'])

    def flags(self) -> Any:
        """Those of every algorithm; the toolbox has what answers a question, and no way to roll a layer back."""
        usual = super().flags()
        return usual | QgsProcessingAlgorithm.FlagHideFromToolbox if self.name() in ELSEWHERE else usual

    def displayName(self) -> str:  # noqa: N802
        return str(self._description['title'])

    def shortHelpString(self) -> str:  # noqa: N802
        lines = [self._description['description'], *(f'{one.label}: {one.description}' for one in self._fields)]
        return '<p>' + '</p><p>'.join(lines) + '</p>'

    def initAlgorithm(self, _configuration: Any = None) -> None:  # noqa: N802
        """Declares the inputs of the analysis and its results."""
        for one in self._fields:
            self.addParameter(parameter_of(one))
        for result in self._results:
            self.addParameter(_destination(result), createOutput=True)

    def processAlgorithm(self, parameters: Any, context: Any, feedback: Any) -> dict[str, Any]:  # noqa: N802
        """The results of a job of the service; ending it in QGIS ends the job too."""
        try:
            inputs = inputs_of(self._fields, {one.name: self._value(one, parameters, context) for one in self._fields})
            job_id = begin_job(self._connection, self.name(), inputs)
            await_job(
                self._connection, job_id, lambda share, _words: feedback.setProgress(share * 100), feedback.isCanceled
            )
            feedback.pushInfo(f'{self._connection.api_url}/jobs/{job_id}')
            wanted = [result for result in self._results if result.is_first or parameters.get(result.parameter)]
            return {result.parameter: self._keep(job_id, result, parameters, context) for result in wanted}
        except BadValue as bad:
            raise QgsProcessingException(say(f'{bad.title}: không đọc được.', f'{bad.title}: not readable.')) from None
        except ServiceError as error:
            raise QgsProcessingException(str(error)) from None

    def _keep(self, job_id: str, result: Result, parameters: Any, context: Any) -> str:
        """The id of the layer, or the file, in which the result is now."""
        content = read_bytes(self._connection, f'/jobs/{job_id}/results/{result.name}')
        if result.is_layer:
            return self._keep_features(content, result, parameters, context)
        place = self.parameterAsOutputLayer if result.is_raster else self.parameterAsFileOutput
        file = Path(place(parameters, result.parameter, context))
        file.write_bytes(content)
        return str(file)

    def _value(self, one: Any, parameters: Any, context: Any) -> Any:
        if parameters.get(one.name) is None and one.value is None:
            return None
        if one.choices:
            titles = self.parameterAsEnumStrings(parameters, one.name, context)
            return titles if one.several else next(iter(titles), None)
        if one.kind == 'yes-no':
            return self.parameterAsBool(parameters, one.name, context)
        if one.kind == 'whole':
            return self.parameterAsInt(parameters, one.name, context)
        if one.kind == 'number':
            return self.parameterAsDouble(parameters, one.name, context)
        return self.parameterAsString(parameters, one.name, context)

    def _keep_features(self, content: bytes, result: Result, parameters: Any, context: Any) -> str:
        """The id of the layer with the features of the result."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / 'result.geojson'
            file.write_text(json.dumps(_features_in(json.loads(content))), encoding='utf-8')
            layer = QgsVectorLayer(str(file), self.displayName(), 'ogr')
            if not layer.isValid():
                raise QgsProcessingException(say('Kết quả không có đối tượng nào.', 'The result has no features.'))
            kept = self.parameterAsSink(
                parameters, result.parameter, context, layer.fields(), layer.wkbType(), layer.crs()
            )
            sink, layer_id = kept
            for feature in layer.getFeatures():
                if not sink.addFeature(feature, QgsFeatureSink.FastInsert):
                    raise QgsProcessingException(sink.lastError())
        return str(layer_id)


def _destination(result: Result) -> QgsProcessingParameterDefinition:
    """Where a result goes: those beside the first only where somebody says so."""
    if result.is_layer:
        kind = QgsProcessing.TypeVectorAnyGeometry
        made = QgsProcessingParameterFeatureSink(result.parameter, result.title, kind, None, not result.is_first)
    else:
        form = QgsProcessingParameterRasterDestination if result.is_raster else QgsProcessingParameterFileDestination
        made = form(result.parameter, result.title, optional=not result.is_first)
    made.setCreateByDefault(result.is_first)
    return made


def _features_in(document: dict[str, Any]) -> dict[str, Any]:
    """The features of the result, with lists and objects among their values as text: not every layer can hold those."""
    features = [
        one | {'properties': {name: _plain(value) for name, value in (one['properties'] or {}).items()}}
        for one in document['features']
    ]
    return {'type': 'FeatureCollection', 'features': features}


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
