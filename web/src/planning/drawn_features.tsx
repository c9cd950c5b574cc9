/** Features that a planner draws: each click is a point, or a corner of a line or an area. */
import {useRef, useState} from 'preact/hooks';
import {doesCrossItself} from './crossing';
import {SmallMap} from '../site/small_map';
import {say} from '../site/language';
import type {Message} from '../messages';

type Position = [number, number];
type Shape = 'Point' | 'LineString' | 'Polygon';

const SHAPES: Record<Shape, Message> = {Point: 'shapePoint', LineString: 'shapeLine', Polygon: 'shapeArea'};
const LEAST_CORNERS: Record<Shape, number> = {Point: 1, LineString: 2, Polygon: 3};
const SKETCH_COLOR = '#7a5000';

export interface DrawnFeaturesProps {
  /** Kinds of geometry that may be drawn; all where it is empty. */
  geometry: string[];
  features: GeoJSON.Feature[];
  /** What is on the map as well. */
  beside?: GeoJSON.Feature[];
  layers?: string[] | undefined;
  change: (features: GeoJSON.Feature[]) => void;
}

export function DrawnFeatures({geometry, features, beside = [], layers, change}: DrawnFeaturesProps) {
  const shapes = (Object.keys(SHAPES) as Shape[]).filter((each) => geometry.length === 0 || geometry.includes(each) || geometry.includes(`Multi${each}`));
  const [shape, setShape] = useState<Shape>(shapes[0]!);
  const [corners, setCorners] = useState<Position[]>([]);
  const place = useRef<HTMLDivElement>(null);
  const add = (geometryOf: GeoJSON.Geometry): void => {
    change([...features, {type: 'Feature', properties: {name: say('drawnFeature', {n: features.length + 1})}, geometry: geometryOf}]);
    setCorners([]);
  };
  const finish = (): void => {
    add(closed(shape, corners));
    // the button goes away, and the next shape begins on the map
    place.current?.querySelector<HTMLElement>('.maplibregl-canvas')?.focus({preventScroll: true});
  };
  const isCrossing = shape === 'Polygon' && doesCrossItself(corners);
  const click = (at: Position): void => {
    if (shape === 'Point') add({type: 'Point', coordinates: at});
    else setCorners((before) => [...before, at]);
  };
  return <div class="stack" ref={place}>
    <p class="quiet">{say('drawHow')}</p>
    {shapes.length > 1 && <div class="row" role="group" aria-label={say('shape')}>{shapes.map((each) => <button type="button" key={each}
      class={each === shape ? 'button first' : 'button plain'} aria-pressed={each === shape} onClick={() => { setShape(each); setCorners([]); }}>{say(SHAPES[each])}</button>)}</div>}
    <SmallMap label={say('drawOnMap')} features={[...beside, ...features, ...sketch(shape, corners)]} {...(layers && {layers})} isFitted={false} onClick={click} />
    <p class="row">
      {corners.length >= LEAST_CORNERS[shape] && <button type="button" class="button first" disabled={isCrossing} onClick={finish}>{say('shapeDone')}</button>}
      <button type="button" class="button plain" disabled={features.length + corners.length === 0}
        onClick={() => corners.length > 0 ? setCorners(corners.slice(0, -1)) : change(features.slice(0, -1))}>{say('undo')}</button>
      <span role="status">{say('drawnCount', {n: features.length})}</span>
      <Unfinished is={corners.length > 0} />
    </p>
    {isCrossing && <p class="note bad" role="alert">{say('shapeCrosses')}</p>}
  </div>;
}

/** Keeps its form from being sent while a shape is not done: what is seen on the map would not count. */
const Unfinished = ({is}: {is: boolean}) =>
  <input class="only-validity" tabIndex={-1} aria-hidden="true" value="" ref={(input) => input?.setCustomValidity(is ? say('finishShape') : '')} />;

const closed = (shape: Shape, corners: Position[]): GeoJSON.Geometry =>
  shape === 'Polygon' ? {type: 'Polygon', coordinates: [[...corners, corners[0]!]]} : {type: 'LineString', coordinates: corners};

function sketch(shape: Shape, corners: Position[]): GeoJSON.Feature[] {
  const properties = {'dothi:color': SKETCH_COLOR};
  const points = corners.map((coordinates): GeoJSON.Feature => ({type: 'Feature', properties, geometry: {type: 'Point', coordinates}}));
  if (corners.length < 2) return points;
  return [...points, {type: 'Feature', properties, geometry: corners.length >= LEAST_CORNERS[shape] ? closed(shape, corners) : {type: 'LineString', coordinates: corners}}];
}
