// The name under which the server serves the browser client of @hapi/nes, which sets `window.nes`.
import '@hapi/nes/lib/client.js'
