import {useEffect, useRef} from 'preact/hooks';
import {language, say} from '../site/language';

type Drawn = (SVGSVGElement | HTMLElement);

const [LEAST_WIDTH_PX, MOST_WIDTH_PX] = [240, 640];
/** Below this a chart has a narrower column of names. */
export const NARROW_PX = 420;

interface ChartProps {
  label: string;
  /** Draws it as wide as its place is; letters keep their size. */
  plot: (width_px: number) => Drawn;
  on: unknown[];
}

/** A chart with its name for who hears the page. The page's policy refuses style sheets in pictures; ours has them. */
export function Chart({label, plot, on}: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const lang = language();
  useEffect(() => {
    const draw = (): void => place.current?.replaceChildren(withoutSheets(plot(widthOf(place.current))));
    let drawn_px = 0;
    const watcher = new ResizeObserver(() => {
      const width_px = place.current ? widthOf(place.current) : drawn_px;
      if (width_px === drawn_px) return;
      drawn_px = width_px;
      draw();
    });
    watcher.observe(place.current!);
    return () => watcher.disconnect();
  }, [...on, lang]);
  return <figure class="chart"><figcaption>{label}</figcaption><div ref={place} role="img" aria-label={`${label}. ${say('chartAsTable')}`} /></figure>;
}

const widthOf = (place: HTMLElement): number => Math.max(LEAST_WIDTH_PX, Math.min(MOST_WIDTH_PX, place.clientWidth));

function withoutSheets(drawn: Drawn): Drawn {
  for (const sheet of drawn.querySelectorAll('style')) sheet.remove();
  for (const svg of drawn.tagName === 'svg' ? [drawn] : drawn.querySelectorAll('svg')) svg.setAttribute('aria-hidden', 'true');
  return drawn;
}
