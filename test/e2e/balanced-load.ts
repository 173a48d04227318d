import { createHmac } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { AppProcess } from './app-process.ts'
import type { Demo } from './installation.ts'

const WATCH_MS = 100

export interface LoadCounts {
  readonly acknowledged: number
  /** Answers that were none of success, and connections that broke: what a client would see as an error. */
  readonly errors: readonly string[]
  /** Calls that found the port closed, and were made to another process. */
  readonly turnedAway: number
}

/**
 * WhatsApp webhooks as they come in through a load balancer: it watches `/readyz` of every process, sends calls to those
 * that say yes, and to another one when a port is closed. Nothing else is tried again.
 */
export class BalancedLoad {
  readonly #processes: readonly AppProcess[]
  readonly #demo: Demo
  readonly #run: string
  readonly #errors: string[] = []
  #ready: readonly AppProcess[]
  #next = 0
  #serial = 0
  #acknowledged = 0
  #turnedAway = 0
  #stopping = false

  constructor(processes: readonly AppProcess[], demo: Demo, run: string) {
    this.#processes = processes
    this.#ready = processes
    this.#demo = demo
    this.#run = run
  }

  get acknowledged(): number {
    return this.#acknowledged
  }

  /** Until `stop`: so many customers, each writes again once the last message was acknowledged. */
  async run(customers: number): Promise<LoadCounts> {
    await Promise.all([this.#watch(), ...Array.from({ length: customers }, (_, i) => this.#customer(i))])
    return { acknowledged: this.#acknowledged, errors: this.#errors, turnedAway: this.#turnedAway }
  }

  stop(): void {
    this.#stopping = true
  }

  async #watch(): Promise<void> {
    while (!this.#stopping) {
      const ready = await Promise.all(this.#processes.map((one) => one.isReady()))
      this.#ready = this.#processes.filter((_, i) => ready[i])
      await pause(WATCH_MS)
    }
  }

  async #customer(index: number): Promise<void> {
    while (!this.#stopping) {
      this.#serial += 1
      await this.#deliver(this.#message(index, this.#serial))
      await pause(20)
    }
  }

  async #deliver(body: string): Promise<void> {
    for (let attempt = 0; attempt < this.#processes.length; attempt += 1) {
      this.#next += 1
      const process = this.#ready[this.#next % Math.max(1, this.#ready.length)]
      if (process === undefined) break
      const outcome = await this.#post(process, body)
      if (outcome === 200) this.#acknowledged += 1
      else if (outcome !== 'refused') this.#errors.push(`${process.name}: ${outcome}`)
      if (outcome !== 'refused') return
      this.#turnedAway += 1
    }
    this.#errors.push('nobody took it')
  }

  async #post(process: AppProcess, body: string): Promise<number | string> {
    const { appSecret, endpointUrl } = this.#demo.whatsapp
    const signature = `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature }
    try {
      const url = `${process.baseUrl}${new URL(endpointUrl).pathname}`
      const answer = await fetch(url, { method: 'POST', body, headers })
      await answer.arrayBuffer()
      return answer.status
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(error)
      return code === 'ECONNREFUSED' ? 'refused' : code
    }
  }

  #message(customer: number, serial: number): string {
    const from = `49151${String(1_000_000 + customer)}`
    const { phoneNumberId } = this.#demo.whatsapp
    const timestamp = String(Math.floor(Date.now() / 1000))
    const value = {
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: '15550783881', phone_number_id: phoneNumberId },
      contacts: [{ profile: { name: `Customer ${customer}` }, wa_id: from }],
      messages: [{ from, id: `wamid.${this.#run}.${serial}`, timestamp, type: 'text', text: { body: `no ${serial}` } }],
    }
    const entry = [{ id: '102290129340398', changes: [{ field: 'messages', value }] }]
    return JSON.stringify({ object: 'whatsapp_business_account', entry })
  }
}
