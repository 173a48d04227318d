/**
 * Control calls of a remote that runs as a process of its own, for tests and for trying it out:
 * - `POST /_sim/hook` `{ url, secrets }`: where Parley is
 * - `POST /_sim/tell` `{ events }`: signs and tells them; answers what Parley answered
 * - `POST /_sim/faults` `{ fault }`: one for the next send
 * - `GET /_sim/received`: what it was given to send
 */
export async function steer(remote, { method, path, body }) {
  const given = body.length === 0 ? {} : JSON.parse(body.toString('utf8'))
  if (method === 'GET' && path === '/_sim/received') return { status: 200, body: { messages: remote.received } }
  if (method !== 'POST') return { status: 404, body: {} }
  if (path === '/_sim/hook') remote.hook = given
  else if (path === '/_sim/faults') remote.faults.push(given.fault)
  else if (path === '/_sim/tell') return { status: 200, body: await remote.tell(given.events) }
  else return { status: 404, body: {} }
  return { status: 200, body: {} }
}
