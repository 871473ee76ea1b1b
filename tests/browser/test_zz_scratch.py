from playwright.sync_api import expect
import json

SHOTS = "/tmp/w/page-list-scratch/shots/"


def test_look(start_server, open_dashboard):
    server = start_server()
    from datetime import UTC, datetime, timedelta

    now = datetime.now(UTC)
    T = [
        "Nvidia raises data-centre outlook as orders beat estimates",
        "Boeing shares plunge after a fraud probe",
        "Tesla sales fall less than feared as BYD gains share in Europe",
        "Microsoft extends cloud contract with Nordic health agency",
        "Ford gains as GM slumps on record loss",
    ]
    K = [["NVDA"], ["BA"], ["TSLA", "BYD"], ["MSFT", "AAPL", "AMZN", "GOOGL"], ["F", "GM"]]
    items = [
        {
            "title": f"{T[n % 5]} {n}",
            "tickers": K[n % 5],
            "source": ["wire", "Harbour Post", "PR Circuit"][n % 3],
            "published_at": (now - timedelta(minutes=11 * n)).isoformat(),
        }
        for n in range(130)
    ]
    server.post(*items)
    d = open_dashboard(server, viewport={"width": 1440, "height": 900})
    d.expect_status("Connected")
    d.page.wait_for_timeout(1500)
    d.page.screenshot(path=SHOTS + "1.png")
    print(d.console)
    print(d.page.evaluate("document.querySelectorAll('#items-tbody tr').length"))
    d.page.locator("#items-tbody .title").nth(3).click()
    d.page.wait_for_timeout(1500)
    d.page.screenshot(path=SHOTS + "2.png")
    print(d.page.url, d.console)
    server.post({"title": "Apple profit soars", "ticker": "AAPL"})
    expect(d.page.locator("#new-items")).to_be_visible()
    print(d.page.locator("#new-items").inner_text())
    d.page.keyboard.press("Escape")
    d.page.mouse.move(1300, 20)
    d.page.wait_for_timeout(800)
    print(d.titles()[:2], d.page.url)
    for _ in range(8):
        d.page.locator("#items-scroll").evaluate("e => e.scrollTop = e.scrollHeight")
        d.page.wait_for_timeout(300)
        print(
            d.page.evaluate(
                "[document.querySelectorAll('#items-tbody tr').length, document.querySelector('#items-scroll').scrollHeight, document.querySelector('#list-end').innerText]"
            )
        )
    d.page.screenshot(path=SHOTS + "3.png")
    d.page.locator("#items-scroll").evaluate("e => e.scrollTop = 0")
    d.page.wait_for_timeout(500)
    print(d.titles()[:2], len(d.titles()))
    d.page.set_viewport_size({"width": 390, "height": 844})
    d.page.wait_for_timeout(500)
    d.page.screenshot(path=SHOTS + "4.png")
    print(d.console)
