/** The desk: hand in files, see what was made of them, decide, review edits, know who supplies what. */
import './desk.css';
import {Agencies} from './agencies';
import {CitizenReports, Waiting} from './citizen_reports';
import {Deliveries} from './deliveries';
import {DeliveryPage} from './delivery';
import {Edits} from './edits';
import {HandIn} from './hand_in';
import {part, setParts} from '../site/address';
import {ForSignedIn} from '../site/internal';
import {language, say} from '../site/language';
import {startPage, Title} from '../site/page';
import {may, reviewsReports} from '../site/service';
import type {Message} from '../messages';

const TABS: [string, Message][] = [
  ['', 'deliveries'], ['hand-in', 'handIn'], ['edits', 'editsToReview'], ['reports', 'citizenReports'], ['agencies', 'agenciesAndTemplates'],
];

startPage('desk', 'pageDesk', () => <ForSignedIn>
  {part('delivery') ? <DeliveryPage number={Number(part('delivery'))} /> : <>
    <Title title={say('pageDesk')} lead={say('deskLead')}>
      {may('administer') && <a class="button plain" href={`./api/people?f=html&lang=${language()}`}>{say('peopleAndKeys')}</a>}
    </Title>
    <Tabs />
    <Tab name={part('tab')} />
  </>}
</ForSignedIn>);

const Tabs = () => <nav class="row tabs" aria-label={say('pageDesk')}>
  {TABS.filter(isForThem).map(([name, title]) => <a key={name} class={name === part('tab') ? 'button first' : 'button plain'}
    aria-current={name === part('tab') ? 'page' : undefined} href={name ? `?tab=${name}` : './desk'}
    onClick={(event) => { event.preventDefault(); setParts({tab: name, report: '', status: ''}, true); }}>{say(title)} {name === 'reports' && <Waiting />}</a>)}
</nav>;

/** Who may not decide has nothing to review. */
function isForThem([name]: [string, Message]): boolean {
  if (name === 'reports') return may('decide') && reviewsReports();
  return name !== 'edits' || may('decide');
}

function Tab({name}: {name: string}) {
  if (name === 'hand-in') return <HandIn />;
  if (name === 'edits') return <Edits />;
  if (name === 'reports') return <CitizenReports />;
  if (name === 'agencies') return <Agencies />;
  return <Deliveries />;
}
