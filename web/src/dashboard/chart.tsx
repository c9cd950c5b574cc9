import {useEffect, useRef} from 'preact/hooks';
import {language, say} from '../site/language';

type Drawn = (SVGSVGElement | HTMLElement);

/** A chart with its name for who hears the page. The page's policy refuses style sheets in pictures; ours has them. */
export function Chart({label, plot, on}: {label: string; plot: () => Drawn; on: unknown[]}) {
  const place = useRef<HTMLElement>(null);
  const lang = language();
  useEffect(() => {
    const drawn = plot();
    for (const sheet of drawn.querySelectorAll('style')) sheet.remove();
    for (const svg of drawn.tagName === 'svg' ? [drawn] : drawn.querySelectorAll('svg')) svg.setAttribute('aria-hidden', 'true');
    place.current?.replaceChildren(drawn);
  }, [...on, lang]);
  return <figure class="chart"><figcaption>{label}</figcaption><div ref={place as never} role="img" aria-label={`${label}. ${say('chartAsTable')}`} /></figure>;
}
