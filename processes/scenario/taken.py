"""Changes taken from features: each point of a result, such as a site of `new-facility`, and each feature of a layer
that was sent along becomes an added feature.
"""

import json
from collections.abc import Collection
from typing import Any

from psycopg2.extensions import connection as Connection

from dothi.core.errors import WrongUse
from processes.geojson import GEOJSON
from processes.queue.records import error_of, job_results, no_result, result_gone, state


class NoPoints(WrongUse):
    """The result holds no points that could become features."""


def additions_of_result(
    db: Connection, job_id: str, output: str | None, layer_id: str, properties: dict[str, Any], ids: Collection[str]
) -> list[dict[str, Any]]:
    """An `add` for each point of the job's output, with the same properties each.

    output: the first one with features where it is None. ids: of the features to take; all where there are none.
    Raises UnknownJob, NoResult, ResultGone, NoPoints, and what made the job fail.
    """
    features = _features(db, job_id, output)
    points = [
        feature['geometry']
        for feature in features
        if (feature.get('geometry') or {}).get('type') == 'Point' and (not ids or str(feature.get('id')) in ids)
    ]
    if not points:
        raise NoPoints(
            vi=f'Kết quả của tác vụ "{job_id}" không có điểm nào như vậy. Chọn kết quả có điểm.',
            en=f'The result of the job "{job_id}" holds no such points. Choose one that does.',
        )
    return [
        {'kind': 'add', 'layer': layer_id, 'properties': _numbered(properties, number, len(points)), 'geometry': point}
        for number, point in enumerate(points, start=1)
    ]


def additions_of_features(features: list[Any], layer_id: str, properties: dict[str, Any]) -> list[dict[str, Any]]:
    """An `add` for each feature of a GeoJSON document, with its own properties before those that all have in common.

    What has no members of a feature is left to the checks of changes, which name it by its number.
    """
    return [
        {
            'kind': 'add',
            'layer': layer_id,
            'properties': properties | (_member(feature, 'properties') or {}),
            'geometry': _member(feature, 'geometry'),
        }
        for feature in features
    ]


def _member(feature: Any, name: str) -> Any:
    return feature.get(name) if isinstance(feature, dict) else None


def _numbered(properties: dict[str, Any], number: int, count: int) -> dict[str, Any]:
    """The properties; of several features with one name each gets a number behind it."""
    name = properties.get('name')
    return {**properties, 'name': f'{name} {number}'} if isinstance(name, str) and count > 1 else properties


def _features(db: Connection, job_id: str, output: str | None) -> list[dict[str, Any]]:
    job = state(db, job_id)
    if job['status'] == 'failed':
        raise error_of(job)
    if job['status'] == 'successful' and job['gone']:
        raise result_gone()
    outputs = job_results(db, job_id)
    if not outputs:
        raise no_result(job)
    chosen = [result for name, result in outputs.items() if result.media_type == GEOJSON and output in (None, name)]
    features = json.loads(chosen[0].content()).get('features', []) if chosen else []
    return [feature for feature in features if isinstance(feature, dict)]
