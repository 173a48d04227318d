import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { systemClock } from '../../../core/clock.ts'
import { launchBrowser } from '../../../core/testing/browser.ts'
import { startWebchat, testConnection } from './kit.ts'

const host = createServer((req, res) => {
  res.writeHead(200, {
    'content-type': 'text/html',
    'content-security-policy': `default-src 'none'; style-src 'self'; script-src ${kit.url}; frame-src ${kit.url}; require-trusted-types-for 'script'`,
  })
  res.end(
    `<!doctype html><html lang=en><title>Shop</title><body><h1>A shop</h1><p>Some words of the shop's page.</p><script async src="${kit.url}/chat/${kit.connection.id}/widget.js"></script>`,
  )
}).listen(0, '127.0.0.1')
await new Promise((r) => host.once('listening', r))
const hostUrl = `http://127.0.0.1:${(host.address() as { port: number }).port}`
const kit = await startWebchat({
  clock: systemClock,
  connection: { settings: { title: 'Harbour Bikes', allowedOrigins: [hostUrl] } },
})
const lane = (d: any) => `${d.connectionId}/visitor:${d.connectionId}:${d.sender.identities[0]?.value}`
let last: any
kit.inbox.onMessage = (d) => {
  last = d
  setTimeout(() => kit.inbox.say(lane(d), { kind: 'text', text: 'Thanks for writing! We are looking into it.' }), 100)
}
const browser = await launchBrowser()
async function open(url: string, opts: object) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 860 }, ...opts })
  const page = await context.newPage()
  page.on('console', (m) => console.log('console', m.type(), m.text()))
  page.on('pageerror', (e) => console.log('pageerror', e))
  page.on('response', (r) => r.status() >= 400 && console.log(r.status(), r.url()))
  await page.goto(url)
  return page
}
const page = await open(`${kit.url}/chat/${kit.connection.id}`, { colorScheme: 'dark' })
await page.getByRole('textbox').fill('Hello')
await page.keyboard.press('Enter')
await page.getByText('looking into it').waitFor()
await page.screenshot({ path: '/tmp/png.png', clip: { x: 0, y: 0, width: 300, height: 200 } })
await page.locator('input[type=file]').setInputFiles([
  { name: 'photo.png', mimeType: 'image/png', buffer: readFileSync('/tmp/png.png') },
  {
    name: 'not-allowed.svg',
    mimeType: 'image/svg+xml',
    buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"></svg>'),
  },
  { name: 'terms of rental.txt', mimeType: 'text/plain', buffer: Buffer.from('Hello file') },
])
await wait(1200)
kit.inbox.say(lane(last), {
  kind: 'interactive',
  text: 'Which bike would you like?',
  header: 'Rental',
  footer: 'Prices per day',
  buttons: [
    { id: 'a', title: 'City bike' },
    { id: 'b', title: 'E-bike' },
    { id: 'c', title: 'Cargo bike' },
  ],
} as any)
await wait(600)
await page.screenshot({ path: '/tmp/look-dark.png' })
await page.getByRole('button', { name: 'E-bike' }).click()
await wait(700)
const port = kit.http.server.info.port
const id = kit.connection.id
const rtl = await open(`${kit.url}/chat/${id}?lang=ar`, { viewport: { width: 390, height: 780 } })
await rtl.getByRole('textbox').fill('مرحبا، هل لديكم دراجات؟')
await rtl.keyboard.press('Enter')
await wait(900)
await rtl.screenshot({ path: '/tmp/look-rtl.png' })
const embed = await open(hostUrl, {})
await embed.getByRole('button', { name: 'Harbour Bikes' }).click()
const frame = embed.frameLocator('iframe')
await frame.getByRole('textbox').fill('From the shop')
await embed.keyboard.press('Enter')
await frame.getByText('looking into it').waitFor()
await embed.screenshot({ path: '/tmp/look-embed.png' })
console.log('stored', await embed.evaluate(() => Object.keys(localStorage)))
await embed.reload()
await wait(1500)
await embed.getByRole('button', { name: 'Harbour Bikes' }).click()
await frame.getByText('From the shop').waitFor()
await embed.keyboard.press('Escape')
await wait(300)
kit.inbox.say(lane(last), { kind: 'text', text: 'Are you still there?' })
await wait(700)
await embed.screenshot({ path: '/tmp/look-embed2.png' })
await kit.stop()
await page.getByRole('textbox').fill('While you are away')
await page.keyboard.press('Enter')
await wait(3000)
await page.screenshot({ path: '/tmp/look-off.png' })
const again = await startWebchat({ from: kit, port })
await wait(9000)
await page.screenshot({ path: '/tmp/look-on.png' })
await browser.close()
await again.stop()
host.close()
