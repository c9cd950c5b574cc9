"""A real browser, a running service and a running provider: the pages lead where they say."""

from pathlib import Path

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from tests.access.oidc import invited
from tests.access.provider import CLIENT_ID, CLIENT_SECRET, PASSWORD, running_provider
from tests.matrix import thorough
from tests.services import serving
from tests.web.conftest import chromium, playwright

__all__ = ['chromium', 'playwright']


@thorough
def test_somebody_takes_up_an_invitation_signs_out_and_comes_again(
    database: dict[str, str], tmp_path: Path, chromium: Chromium
) -> None:
    """No policy of ours keeps a browser from going there and back, and the cookies come along."""
    link = invited().removesuffix('/provider')
    # another site than that of the service, as cookies see it
    with running_provider('http://127.0.0.1:1/', origin='http://localhost') as provider:
        provider.account('lan')
        settings = {
            'DOTHI_SIGN_IN': 'required', 'DOTHI_OIDC_ISSUER': provider.issuer, 'DOTHI_OIDC_CLIENT_ID': CLIENT_ID,
            'DOTHI_OIDC_CLIENT_SECRET': CLIENT_SECRET, 'DOTHI_OIDC_TITLE': 'the province account',
        }  # fmt: skip
        with serving(database | settings, tmp_path, ['internal']) as service:
            provider.accept(f'{service.internal_url}/sign-in/provider/answer')
            page = chromium.new_context(locale='en').new_page()
            page.goto(f'{service.internal_url}{link}')
            page.get_by_role('link', name='the province account').click()
            page.get_by_placeholder('Your username').fill('lan')
            page.get_by_placeholder('Your password').fill(PASSWORD)
            page.get_by_role('button', name='OK').click()
            page.get_by_text('Continue').click()
            page.wait_for_url(f'{service.internal_url}/')
            page.goto(f'{service.internal_url}/api/account?f=html&lang=en')
            expect(page.get_by_role('heading', name='Người lan')).to_be_visible()
            page.get_by_role('button', name='Sign out').click()
            expect(page.get_by_role('status')).to_contain_text('You have signed out here.')
            page.get_by_role('link', name='Sign in with the province account').click()
            page.get_by_text('Continue').click()
            page.wait_for_url(f'{service.internal_url}/')
            page.goto(f'{service.internal_url}/sign-in?signed_out=yes&lang=en')
            page.get_by_role('link', name='Sign out of the province account').click()
            expect(page.get_by_text('The client wishes you to close the current session')).to_be_visible()
