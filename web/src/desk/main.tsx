/** The desk: hand in files, see what was made of them, decide, review edits, know who supplies what, and who may what. */
import './desk.css';
import {AccountPage} from './account';
import {Agencies} from './agencies';
import {CitizenReports, Waiting} from './citizen_reports';
import {Deliveries} from './deliveries';
import {DeliveryPage} from './delivery';
import {Edits} from './edits';
import {HandIn} from './hand_in';
import {People} from './people';
import {part, setParts} from '../site/address';
import {useCurrentInSight} from '../site/header';
import {ForSignedIn} from '../site/internal';
import {say} from '../site/language';
import {startPage, Title} from '../site/page';
import {may, reviewsReports, seesDeliveries} from '../site/service';
import type {Message} from '../messages';

const TABS: [string, Message][] = [
  ['', 'deliveries'], ['hand-in', 'handIn'], ['edits', 'editsToReview'], ['reports', 'citizenReports'], ['agencies', 'agenciesAndTemplates'],
  ['people', 'people'], ['account', 'keysAndSessions'],
];
/** What a tab shows of is chosen in it: another tab begins without. */
const NOTHING_CHOSEN = {report: '', status: '', set: '', conflict: ''};

startPage('desk', 'pageDesk', () => <ForSignedIn>
  {part('delivery') ? <DeliveryPage number={Number(part('delivery'))} /> : <>
    <Title title={say('pageDesk')} lead={say('deskLead')} />
    <Tabs />
    <Tab name={openTab()} />
  </>}
</ForSignedIn>);

/** The tab that the address names, else the first that is for the reader. */
function openTab(): string {
  const [first] = TABS.find(isForThem)!;
  return part('tab') || first;
}

function Tabs() {
  const tabs = TABS.filter(isForThem);
  const place = useCurrentInSight(`${openTab()} ${tabs.length}`);
  return <nav class="row tabs" aria-label={say('pageDesk')} ref={place}>
    {tabs.map(([name, title]) => <a key={name} class={name === openTab() ? 'button first' : 'button plain'}
      aria-current={name === openTab() ? 'page' : undefined} href={name ? `?tab=${name}` : './desk'}
      onClick={(event) => { event.preventDefault(); setParts({...NOTHING_CHOSEN, tab: name}, true); }}>{say(title)} {name === 'reports' && <Waiting />}</a>)}
  </nav>;
}

/** Who may not decide has nothing to review, who may not deliver has sent nothing; people are for administrators. */
function isForThem([name]: [string, Message]): boolean {
  if (name === 'people') return may('administer');
  if (name === '' || name === 'hand-in') return seesDeliveries();
  if (name === 'reports') return may('decide') && reviewsReports();
  return name !== 'edits' || may('decide');
}

/** Of a tab that is not for the reader, a link may lead to it all the same. */
function Tab({name}: {name: string}) {
  if (name === 'people') return may('administer') ? <People /> : <p class="note">{say('forAdministrators')}</p>;
  if (name === 'edits') return may('decide') ? <Edits /> : <p class="note">{say('forReviewers')}</p>;
  if (name === 'reports') return <Reports />;
  if (name === 'hand-in') return seesDeliveries() ? <HandIn /> : <p class="note">{say('forDeliverers')}</p>;
  if (name === 'agencies') return <Agencies />;
  return name === 'account' ? <AccountPage /> : <Deliveries />;
}

function Reports() {
  if (!reviewsReports()) return <p class="note">{say('takesNoReports')}</p>;
  return may('decide') ? <CitizenReports /> : <p class="note">{say('forReviewers')}</p>;
}
