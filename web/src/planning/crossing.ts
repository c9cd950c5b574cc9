/** Whether the edges of an area cross or touch each other: then it encloses no place that could be told. */

type Position = readonly [number, number];
type Edge = readonly [Position, Position];

/** corners: of the area, in order, the first one not repeated. Neighbouring edges share a corner, which is no crossing. */
export function doesCrossItself(corners: readonly Position[]): boolean {
  const edges = corners.map((corner, i): Edge => [corner, corners[(i + 1) % corners.length]!]);
  return edges.some((edge, i) => edges.some((other, j) => j > i + 1 && !(i === 0 && j === edges.length - 1) && doMeet(edge, other)));
}

/** Whether each edge has the ends of the other on both of its sides, or on itself. */
const doMeet = ([a, b]: Edge, [c, d]: Edge): boolean =>
  sideOf(a, b, c) * sideOf(a, b, d) <= 0 && sideOf(c, d, a) * sideOf(c, d, b) <= 0;

/** 1 left of the way from `from` to `to`, -1 right of it, 0 on it. */
const sideOf = (from: Position, to: Position, at: Position): number =>
  Math.sign((to[0] - from[0]) * (at[1] - from[1]) - (to[1] - from[1]) * (at[0] - from[0]));
