/** The maps of both results of a comparison on top of each other, in the same colours; a line between them can be moved. */
import type {Map as MapLibre} from 'maplibre-gl';
import {useMemo, useRef, useState} from 'preact/hooks';
import {readFeatures, readFigures, readJob, type Figures, type Job} from './api';
import {colorOf} from './charts';
import {Legend} from './legend';
import {readProposed} from './proposed';
import {open} from './analyses';
import {Shown, useAnswer} from '../site/answer';
import {say} from '../site/language';
import {SmallMap} from '../site/small_map';

interface Side {
  job: string;
  features: GeoJSON.Feature[];
  figures: Figures;
  proposed: GeoJSON.Feature[];
}

export function BothMaps({job, scale}: {job: Job; scale: Figures['map']}) {
  const {before, after, output} = job.inputs as {before: string; after: string; output?: string};
  const reading = useAnswer(async () => await Promise.all([before, after].map((id) => readSide(id, output))), [before, after, output]);
  return <Shown of={reading}>{([left, right]) => left && right
    ? <Swipe before={left} after={right} scale={scale} />
    : <></>}</Shown>;
}

/** Null for an output without features, such as a raster. */
async function readSide(id: string, named: string | undefined): Promise<Side | null> {
  const job = await readJob(id);
  const outputs = job['dothi:outputs'] ?? [];
  const output = outputs.find(({name}) => name === named) ?? outputs[0];
  if (!output?.forms.includes('geojson')) return null;
  const [figures, {features}, proposed] = await Promise.all([readFigures(id, output.name), readFeatures(id, output.name), readProposed(job)]);
  return features.length > 0 ? {job: id, figures, features, proposed} : null;
}

function Swipe({before, after, scale}: {before: Side; after: Side; scale: Figures['map']}) {
  const [share, setShare] = useState(50);
  const maps = useRef<MapLibre[]>([]);
  const join = (map: MapLibre): void => {
    maps.current.push(map);
    if (maps.current.length === 2) moveTogether(maps.current[0]!, maps.current[1]!);
  };
  const colored = (side: Side): GeoJSON.Feature[] => [...side.features.map((feature) => ({
    ...feature, properties: {'dothi:color': colorOf(feature.properties?.[scale?.member ?? ''], scale)},
  })), ...side.proposed];
  const [left, right] = useMemo(() => [colored(before), colored(after)], [before, after]);
  const context = before.figures.sources.map(({layer}) => layer);
  return <section class="card stack">
    <h2>{say('bothMaps')}: {before.figures.map?.title}</h2>
    <div class="swipe">
      <SmallMap label={say('mapBefore')} features={left!} layers={context} onReady={join} />
      <div class="over" style={{clipPath: `inset(0 0 0 ${share}%)`}}><SmallMap label={say('mapAfter')} features={right!} layers={context} onReady={join} /></div>
      <span class="edge" style={{left: `${share}%`}} />
    </div>
    <label class="row">{say('mapBefore')} <input type={'range' as 'text'} min={0} max={100} value={share} aria-label={say('moveTheLine')}
      onInput={({currentTarget}) => setShare(Number(currentTarget.value))} /> {say('mapAfter')}</label>
    <Legend map={scale} hasProposed={before.proposed.length + after.proposed.length > 0} />
    <p class="row">{[[before, 'mapBefore'] as const, [after, 'mapAfter'] as const].map(([side, title]) =>
      <a key={title} href={`?run=${side.job}`} onClick={(event) => open(event, {run: side.job})}>{say('runOf')}: {say(title)}</a>)}</p>
  </section>;
}

function moveTogether(one: MapLibre, other: MapLibre): void {
  let isFollowing = false;
  const follow = (moved: MapLibre, follower: MapLibre): void => {
    if (isFollowing) return;
    isFollowing = true;
    follower.jumpTo({center: moved.getCenter(), zoom: moved.getZoom()});
    isFollowing = false;
  };
  one.on('move', () => follow(one, other));
  other.on('move', () => follow(other, one));
}
