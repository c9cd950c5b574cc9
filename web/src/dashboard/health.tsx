import {REFRESH_S} from './refresh';
import {Shown, useAnswer} from '../site/answer';
import {say} from '../site/language';
import type {Message} from '../messages';

interface Ready {
  status: string;
  checks: Record<string, string>;
  warnings: Record<string, string>;
}

const NAMES: Record<string, Message> = {
  database: 'partDatabase', store: 'partStore', disk: 'partDisk', worker: 'partWorker', inbox: 'partInbox', backup: 'partBackup',
};

/** Whether the platform's parts are well, backups among them. */
export function Health() {
  const reading = useAnswer(read, [], REFRESH_S);
  return <section class="card">
    <h2>{say('health')}</h2>
    <Shown of={reading}>{({checks, warnings}) => <ul class="bars">
      {Object.entries({...checks, ...warnings}).map(([name, state]) => <li key={name}>
        <span>{NAMES[name] ? say(NAMES[name]) : name}</span>
        <span class={`tag ${name in warnings ? 'warn' : state === 'ok' ? 'good' : 'bad'}`}>{state === 'ok' ? say('isWell') : state}</span>
      </li>)}
    </ul>}</Shown>
  </section>;
}

/** 503 names what is down, in the same form. */
async function read(): Promise<Ready> {
  return await (await fetch(new URL('./health/ready', document.baseURI))).json() as Ready;
}
