/** The signs of the map, drawn in the browser where a layer first needs them. */
import type {Map as MapLibre} from 'maplibre-gl';
import {SIGN_PX} from './api';

/** Name of an image: sign, colour, colour of its edge or none. */
const NAME = /^(\S+) (#\w+|\w+\([^)]*\)|\w+) (#\w+|\w+\([^)]*\)|\w+)$/;
/** Pixels around the sign that its edge needs, as in the API's sprite. */
const EDGE_PX = 2;

/** Has the map ask here for an image that it misses; it is as sharp as the screen. */
export function drawIcons(map: MapLibre, signs: Record<string, string>): void {
  map.setMissingStyleImageResolver((id) => {
    const [, sign = '', color = '', outline = 'none'] = NAME.exec(id) ?? [];
    const path = signs[sign];
    if (path && !map.hasImage(id)) map.addImage(id, drawn(path, color, outline), {pixelRatio: ratio()});
  });
}

const ratio = (): number => Math.max(2, Math.ceil(devicePixelRatio));

function drawn(path: string, color: string, outline: string): ImageData {
  const size = (SIGN_PX + 2 * EDGE_PX) * ratio();
  const canvas = new OffscreenCanvas(size, size);
  const pen = canvas.getContext('2d')!;
  pen.scale(ratio(), ratio());
  pen.translate(EDGE_PX, EDGE_PX);
  if (outline !== 'none') below(pen, new Path2D(silhouette(path)), outline);
  pen.fillStyle = color;
  pen.fill(new Path2D(path), 'evenodd');
  return pen.getImageData(0, 0, size, size);
}

/** The edge, and the ground on which what is cut out of the sign shows. */
function below(pen: OffscreenCanvasRenderingContext2D, shape: Path2D, color: string): void {
  pen.fillStyle = pen.strokeStyle = color;
  pen.lineWidth = 2 * EDGE_PX;
  pen.lineJoin = 'round';
  pen.fill(shape);
  pen.stroke(shape);
}

/** The first part of a sign's path is its outer edge. */
export const silhouette = (path: string): string => path.slice(0, path.indexOf('Z') + 1);
