/** The dashboard: how the pilot does, what is due, what waits, and whether the platform is well. */
import './dashboard.css';
import {CasesPanels} from './cases';
import {Deliveries} from './deliveries';
import {Freshness} from './freshness';
import {Health} from './health';
import {Indicators} from './indicators';
import {ReadingsPanels} from './readings';
import {part, setParts} from '../site/address';
import {ForSignedIn} from '../site/internal';
import {say} from '../site/language';
import {startPage, Title} from '../site/page';
import {seesDeliveries} from '../site/service';
import {Clock} from './clock';

const isWall = (): boolean => part('wall') === '1';
document.documentElement.classList.toggle('wall', isWall());

startPage('dashboard', 'pageDashboard', () => <ForSignedIn>
  <Title title={say('pageDashboard')} lead={say('dashboardLead')}>
    <Clock />
    <button type="button" class="button plain no-print" onClick={switchWall}>{say(isWall() ? 'wallOff' : 'wallOn')}</button>
  </Title>
  <Indicators rotates={isWall()} />
  <div class="panels">
    <Freshness />{seesDeliveries() && <Deliveries />}<CasesPanels /><ReadingsPanels /><Health />
  </div>
</ForSignedIn>);

function switchWall(): void {
  setParts({wall: isWall() ? '' : '1'});
  document.documentElement.classList.toggle('wall', isWall());
}
