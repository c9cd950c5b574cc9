/** The dashboard: how the pilot does, what is due, what waits, and whether the platform is well. */
import './dashboard.css';
import {AirQuality} from './air_quality';
import {CitizenReports} from './citizen_reports';
import {Deliveries} from './deliveries';
import {Freshness} from './freshness';
import {Health} from './health';
import {Indicators} from './indicators';
import {part, setParts} from '../site/address';
import {localMinute} from '../site/format';
import {ForSignedIn} from '../site/internal';
import {say} from '../site/language';
import {startPage, Title} from '../site/page';
import {Clock} from './clock';

const isWall = (): boolean => part('wall') === '1';
document.documentElement.classList.toggle('wall', isWall());

startPage('dashboard', 'pageDashboard', () => <ForSignedIn>
  <Title title={say('pageDashboard')} lead={say('dashboardLead')}>
    <Clock write={localMinute} />
    <button type="button" class="button plain no-print" onClick={switchWall}>{say(isWall() ? 'wallOff' : 'wallOn')}</button>
  </Title>
  <Indicators rotates={isWall()} />
  <div class="panels">
    <Freshness /><Deliveries /><CitizenReports /><AirQuality /><Health />
  </div>
</ForSignedIn>);

function switchWall(): void {
  setParts({wall: isWall() ? '' : '1'});
  document.documentElement.classList.toggle('wall', isWall());
}
