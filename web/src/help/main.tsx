/** First steps inside the portal, for each kind of reader. */
import './help.css';
import {GUIDES, type Guide} from './steps';
import {pick, say} from '../site/language';
import {startPage, Title} from '../site/page';
import {hasDesk} from '../site/service';

const LINK = /\[([^\]]+)\]\(([^)]+)\)/g;

startPage('help', 'pageHelp', () => {
  const guides = GUIDES.filter(({internal}) => !internal || hasDesk());
  return <>
    <Title title={say('pageHelp')} lead={say('helpLead')} />
    <nav class="row" aria-label={say('pageHelp')}>{guides.map(({id, title}) => <a key={id} class="button plain" href={`#${id}`}>{pick(title)}</a>)}</nav>
    <div class="guides">{guides.map((guide) => <GuideCard key={guide.id} guide={guide} />)}</div>
  </>;
});

const GuideCard = ({guide: {id, title, steps}}: {guide: Guide}) => <section class="card" id={id}>
  <h2>{pick(title)}</h2>
  <ol>{steps.map((step) => <li key={step.vi}><Words text={pick(step)} /></li>)}</ol>
</section>;

/** A text with its links as links. */
function Words({text}: {text: string}) {
  const parts: (string | preact.JSX.Element)[] = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    parts.push(text.slice(end, match.index), <a href={match[2]}>{match[1]}</a>);
    end = match.index + match[0].length;
  }
  return <>{parts}{text.slice(end)}</>;
}
