/** What the colours of a result mean, and the mark of what a scenario proposes. */
import type {Figures} from './api';
import {PROPOSED} from './proposed';
import {say} from '../site/language';

export function Legend({map, hasProposed = false}: {map: Figures['map']; hasProposed?: boolean}) {
  const classes = [...map?.classes ?? []].reverse();
  if (classes.length === 0 && !hasProposed) return null;
  return <ul class="row legend">
    {classes.map(({color, label}) => <Entry key={label} color={color} label={label} />)}
    {hasProposed && <Entry color={PROPOSED} label={say('proposedByScenario')} />}
  </ul>;
}

const Entry = ({color, label}: {color: string; label: string}) => <li class="row">
  <svg width="16" height="12" aria-hidden="true"><rect width="16" height="12" fill={color} stroke="#566770" /></svg>{label}</li>;
