/** The scenario on which an analysis is run, by its name. */
import type {FieldProps} from './fields';
import {readScenarios} from './scenario_api';
import {useAnswer} from '../site/answer';
import {say} from '../site/language';
import {account} from '../site/service';

export function ScenarioField({value, change, id, describedBy}: FieldProps) {
  const {data} = useAnswer(async () => account.value ? await readScenarios() : [], [account.value]);
  const chosen = typeof value === 'string' ? value : (value as {id?: string} | undefined)?.id ?? '';
  const isGone = chosen !== '' && data !== null && !data.some((each) => each.id === chosen);
  return <><select id={id} aria-describedby={describedBy} value={chosen} onChange={({currentTarget}) => change(currentTarget.value || undefined)}>
    <option value="">{say('noScenario')}</option>
    {(data ?? []).filter(({versions}) => versions > 0).map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
    {isGone && <option value={chosen}>{say('scenarioGone')}</option>}
  </select>{isGone && <p class="note warn" role="alert">{say('chooseOtherScenario')}</p>}</>;
}
