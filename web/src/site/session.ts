/** The token of the session, which a change has to bring along (dothi/api/access/cookies.py); none without a session. */
export function csrfHeader(): Record<string, string> {
  const name = `dothi_csrf${location.port ? `_${location.port}` : ''}`;
  const pairs = document.cookie.split(/;\s*/).map(pair => pair.split('='));
  const token = pairs.find(([key]) => key === name || key === `__Host-${name}`)?.[1];
  return token ? {'X-CSRF-Token': token} : {};
}
