"""The one thing that a console keeps in its browser: a key that cannot be taken out, until logout (V8, P1)."""

from tests.sealing.browser import sealing_page


async def test_a_shift_key_outlives_a_reload_and_cannot_be_taken_out_and_goes_at_logout() -> None:
    async with sealing_page() as page:
        found = await page.evaluate("harness.keeping()")
    assert found["opened"] == [{"state": "keys"}, {"state": "plain", "kind": "text", "data": "Il dort."}]
    assert found["exported"] is False, "the private key left the browser's keeping"
    assert found["others"] is None, "another account's key"
    assert found["late"] is None, "a key of yesterday's shift"
    assert found["dropped"] is None, "a key after logout"
