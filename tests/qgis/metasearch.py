"""Searches the catalogue as QGIS's plugin MetaSearch does, and prints what it found. Runs under the system's Python."""

import json
import sys
from typing import Any

from qgis.core import QgsApplication


def main(url: str) -> dict[str, Any]:
    # QGIS knows where its plugins are once it has started.
    sys.path.insert(0, f'{QgsApplication.pkgDataPath()}/python/plugins')
    from MetaSearch.search_backend import get_catalog_service

    catalogue = get_catalog_service(url, 'OGC API - Records', 30, None, None)
    catalogue.query_records(bbox=['106', '20', '106.5', '20.5'], keywords='song ngoi')
    found = catalogue.records()
    record = catalogue.get_record(found[0]['identifier'])
    result = {'matches': catalogue.matches, 'found': found, 'record': record}
    catalogue.query_records(limit=100)
    return result | {'all': [one['identifier'] for one in catalogue.records()]}


if __name__ == '__main__':
    application = QgsApplication([], False)
    application.initQgis()
    print(json.dumps(main(sys.argv[1])), flush=True)  # noqa: T201
    application.exitQgis()
