import {useMemo, useState} from 'preact/hooks';
import type {Candidate} from './report';
import {pick, say} from '../site/language';
import {localNumber} from '../site/format';
import {SmallMap} from '../site/small_map';

/** Told apart also by people who see few colours (Okabe and Ito, 2008). */
const COLORS = ['#d55e00', '#0072b2', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];

/** The systems that come into question, each with its evidence; those that are on are drawn. */
export function CandidatesMap({candidates, decided}: {candidates: Candidate[]; decided: string | null}) {
  const [shown, setShown] = useState(() => new Set(candidates.filter(({score}) => score > 0).map(({crs}) => crs)));
  const colorOf = (crs: string): string => COLORS[candidates.findIndex((each) => each.crs === crs) % COLORS.length]!;
  const features = useMemo(() => candidates.filter(({crs}) => shown.has(crs)).flatMap(({crs, places}) => places.map((place) => ({
    type: 'Feature' as const, properties: {'dothi:color': colorOf(crs)}, geometry: {type: 'Point' as const, coordinates: place},
  }))), [candidates, shown]);
  const toggle = (crs: string, on: boolean): void => {
    setShown((before) => new Set(on ? [...before, crs] : [...before].filter((each) => each !== crs)));
  };
  return <>
    <SmallMap label={say('candidates')} features={features} />
    <ul class="stack candidates">{candidates.map(({crs, score, evidence}) => <li key={crs}>
      <label class="row"><input type="checkbox" checked={shown.has(crs)} onChange={({currentTarget}) => toggle(crs, currentTarget.checked)} />
        <svg width="12" height="12" aria-hidden="true"><circle cx="6" cy="6" r="5" fill={colorOf(crs)} /></svg>
        <strong>{crs}</strong> {say('fits', {share: localNumber(score * 100, 1)})} {crs === decided && <span class="tag good">{say('decided')}</span>}</label>
      <p class="quiet">{pick(evidence)}</p>
    </li>)}</ul>
  </>;
}
