import { setTimeout as wait } from 'node:timers/promises'
import { launchBrowser } from '../../../core/testing/browser.ts'
import { systemClock } from '../../../core/clock.ts'
import { startWebchat } from './kit.ts'
const kit = await startWebchat({ clock: systemClock })
kit.inbox.onMessage = (d) => setTimeout(() => kit.inbox.say(`${d.connectionId}/visitor:${d.connectionId}:${d.sender.identities[0]?.value}`, {kind:'text', text:'Thanks for writing! We are looking into it. See https://example.com/help.'}), 100)
const browser = await launchBrowser()
const page = await browser.newPage({ viewport: { width: 1100, height: 860 } })
page.on('console', (m) => console.log('console', m.type(), m.text()))
page.on('pageerror', (e) => console.log('pageerror', e))
page.on('requestfailed', (r) => console.log('failed', r.url(), r.failure()?.errorText))
page.on('response', (r) => r.status() >= 400 && console.log(r.status(), r.url()))
await page.goto(`${kit.url}/chat/${kit.connection.id}`)
await page.getByRole('textbox').fill('Hello, do you rent bikes on Sunday?')
await page.keyboard.press('Enter')
await wait(1500)
await page.screenshot({ path: '/tmp/look1.png' })
console.log(kit.inbox.ingested.map((i) => [i.event.type.type, i.dedupeKey]))
await browser.close()
await kit.stop()
