/** Dots for features that are too small to be seen on a map of all of them. */

/** Of the width of all of them: what is narrower is not seen when all are on the map. */
const LEAST_SHARE = 0.02;

/** The features, and a dot for each that is too small to be seen beside the others. */
export function withDots(features: GeoJSON.Feature[]): GeoJSON.Feature[] {
  const boxes = features.map(({geometry}) => boxOf(geometry));
  const width = Math.max(...boxes.map(([, , east]) => east)) - Math.min(...boxes.map(([west]) => west));
  const dots = features.flatMap(({geometry, properties}, place): GeoJSON.Feature[] => {
    const [west, south, east, north] = boxes[place]!;
    const isSmall = geometry && geometry.type !== 'Point' && east - west < width * LEAST_SHARE;
    return isSmall ? [{type: 'Feature', properties, geometry: {type: 'Point', coordinates: [(west + east) / 2, (south + north) / 2]}}] : [];
  });
  return [...features, ...dots];
}

type Box = [west: number, south: number, east: number, north: number];

function boxOf(geometry: GeoJSON.Geometry | null): Box {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    if (typeof part[0] !== 'number') return part.forEach(visit);
    const [x, y] = part as [number, number];
    [box[0], box[1], box[2], box[3]] = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
  };
  visit((geometry as GeoJSON.Point | null)?.coordinates);
  return box;
}
