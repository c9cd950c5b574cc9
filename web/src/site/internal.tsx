import type {ComponentChildren} from 'preact';
import {say} from './language';
import {account, hasDesk, landing} from './service';

/** What only people of the internal service see; to the others it says where they find it. */
export function ForSignedIn({children}: {children: ComponentChildren}) {
  if (!landing.value) return <p class="wait" role="status">{say('loading')}</p>;
  if (!hasDesk()) return <p class="note">{say('internalOnly')}</p>;
  if (!account.value) return <p class="note">{say('signInNeeded')} <a href="./sign-in">{say('signIn')}</a></p>;
  return <>{children}</>;
}
