import {SIGN_PX, type LegendEntry} from './api';
import {silhouette} from './icons';

const SVG = 'http://www.w3.org/2000/svg';

/** A small drawing of how the entry looks on the map. signs: the path of each. */
export function swatch(entry: LegendEntry, signs: Record<string, string>): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  const attributes = {viewBox: '0 0 24 16', width: '24', height: '16', 'aria-hidden': 'true', class: 'swatch'};
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  svg.append(shape(entry, signs));
  return svg;
}

function shape(entry: LegendEntry, signs: Record<string, string>): SVGElement {
  const edge = entry.outline ?? 'none';
  if (entry.kind === 'line') {
    const dash = entry.dash?.map((length) => length * 1.6).join(' ') ?? 'none';
    const line = (stroke: string, width: string, dashes: string): SVGElement =>
      part('path', {d: 'M1 8h22', fill: 'none', stroke, 'stroke-width': width, 'stroke-dasharray': dashes});
    const group = part('g', {});
    group.append(line(edge, '5', 'none'), line(entry.color, '3', dash));
    return group;
  }
  const sign = entry.marker && entry.marker !== 'circle' ? signs[entry.marker] : undefined;
  if (sign) {
    const group = part('g', {transform: `translate(4.5 0.5) scale(${15 / SIGN_PX})`});
    group.append(
      part('path', {d: silhouette(sign), fill: edge, stroke: edge, 'stroke-width': '2'}),
      part('path', {d: sign, fill: entry.color, 'fill-rule': 'evenodd'}),
    );
    return group;
  }
  if (entry.kind === 'marker') {
    return part('circle', {cx: '12', cy: '8', r: '5', fill: entry.color, stroke: edge, 'stroke-width': '1.5'});
  }
  return part('rect', {x: '3', y: '2', width: '18', height: '12', rx: '2', fill: entry.color, stroke: edge});
}

function part(tag: string, attributes: Record<string, string>): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
