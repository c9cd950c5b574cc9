"""What the pages of planners show: a scenario, a run with it and one without, their comparison, and their study."""

from dataclasses import dataclass
from typing import Any

import requests

from dothi.core.access.keys import make_key
from dothi.core.access.person import Action, Person
from dothi.core.database import connection

SCHOOL = {
    'kind': 'add', 'layer': 'schools',
    'properties': {'code': 'S1', 'name': 'Trường tiểu học ven biển', 'level': 'primary', 'places': 500},
    'geometry': {'type': 'Point', 'coordinates': [106.45, 20.22]},
}  # fmt: skip


@dataclass
class Planner:
    """Somebody who works by a program, with the rights of a person."""

    url: str
    key: str

    def post(self, path: str, body: dict[str, Any], **headers: str) -> requests.Response:
        """The answer, which is no refusal."""
        sent = {'Authorization': f'Bearer {self.key}', **headers}
        answer = requests.post(f'{self.url}/api/{path}', json=body, headers=sent, timeout=300)
        answer.raise_for_status()
        return answer

    def job(self, process: str, **inputs: Any) -> str:
        """The id of a run that has ended."""
        answer = self.post(f'processes/{process}/execution', {'inputs': inputs}, Prefer='respond-sync')
        return str(answer.links['monitor']['url']).rpartition('/jobs/')[2].partition('?')[0]


def planners_work(url: str, person: Person) -> dict[str, str]:
    """The ids of a scenario of the person, of a run on it, of its comparison with the data, and of a study of all."""
    with connection('gatekeeper') as db:
        planner = Planner(url, make_key(db, person, 'planning', [Action.SEE, Action.RUN], 1))
    scenario = planner.post('scenarios', {'name': 'Thêm một trường'}).json()['id']
    planner.post(f'scenarios/{scenario}/versions', {'changes': [SCHOOL]})
    question = {'facilities': 'schools', 'filter': "level = 'primary'", 'distance_m': 1000}
    before = planner.job('service-coverage', **question)
    after = planner.job('service-coverage', **question, scenario=scenario)
    comparison = planner.job('compare-results', before=before, after=after)
    study = planner.post('studies', {'name': 'Trường ven biển', 'question': 'Ai ở xa trường tiểu học?'}).json()['id']
    for job in (before, after, comparison):
        planner.post(f'studies/{study}/runs', {'job': job})
    return {'scenario': scenario, 'run': after, 'comparison': comparison, 'study': study}
