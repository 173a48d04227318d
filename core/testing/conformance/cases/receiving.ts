import { expect } from 'chai'
import type { ConformanceBench, LoggedEvent } from '../bench.ts'
import type { AccountName, VendorFact } from '../driver.ts'
import type { Cases } from './case.ts'

const RECEIVED = 'channel.message.received.v1'
const account = 'first'

const text = (id: string, customer: string, words = `text ${id}`): VendorFact => ({
  fact: 'text',
  account,
  customer,
  id,
  text: words,
})

/** External ids of events of a type, in the log's order within each key. */
function idsOf(events: readonly LoggedEvent[], type = RECEIVED): readonly unknown[] {
  return events.filter((event) => event.type === type).map((event) => event.data.externalId)
}

async function idsAmong(bench: ConformanceBench, facts: readonly VendorFact[], of: AccountName = account) {
  const wanted = new Set<unknown>(facts.map((fact) => bench.vendor.externalIdOf(fact)))
  return idsOf(await bench.events(of)).filter((id) => wanted.has(id))
}

export const receivingCases = {
  async batch(bench) {
    const facts = [
      text('b1', 'ada'),
      text('b2', 'ben'),
      text('b3', 'ada'),
      { fact: 'picture', account, customer: 'ada', id: 'b4' },
      text('b5', 'ada'),
    ] as const
    await bench.tell(facts)
    expect(await idsAmong(bench, facts)).to.have.members(facts.map((fact) => bench.vendor.externalIdOf(fact)))
    const adas = facts.filter((fact) => fact.customer === 'ada')
    expect(await idsAmong(bench, adas)).to.deep.equal(adas.map((fact) => bench.vendor.externalIdOf(fact)))
  },

  async duplicate(bench) {
    const facts = [text('d1', 'ada'), text('d2', 'ben')]
    const calls = await bench.vendor.calls(facts)
    for (let time = 0; time < 3; time += 1)
      for (const answer of await bench.playAll(calls)) expect(answer.status, 'a redelivery is taken').to.be.below(300)
    expect(await idsAmong(bench, facts)).to.have.length(2)
  },

  async reordered(bench) {
    const facts = ['o1', 'o2', 'o3', 'o4'].map((id) => text(id, 'ada'))
    await bench.tell(facts.slice(0, 2))
    for (const fact of facts.toReversed()) await bench.tell([fact])
    await bench.tell([facts[1], facts[3], facts[0], facts[2]].filter((fact) => fact !== undefined))
    const ids = await idsAmong(bench, facts)
    expect(ids).to.have.members(facts.map((fact) => bench.vendor.externalIdOf(fact)))
    expect(new Set(ids)).to.have.property('size', 4)
  },

  async echo(bench) {
    const fact = { fact: 'echo', account, customer: 'ada', id: 'e1', text: 'from our own app' } as const
    await bench.tell([fact, fact])
    const echoes = (await bench.events(account)).filter((event) => event.type === 'channel.message.echoed.v1')
    expect(idsOf(echoes, 'channel.message.echoed.v1')).to.deep.equal([bench.vendor.externalIdOf(fact)])
    expect(idsOf(await bench.events(account)), 'an echo is not what a customer said').to.not.include(
      bench.vendor.externalIdOf(fact),
    )
  },

  async unknownKind(bench) {
    const before = text('u1', 'ada')
    const unknown = { fact: 'unknown', account, customer: 'ada', id: 'u2' } as const
    const after = text('u3', 'ada')
    const count = async () =>
      (await bench.events(account)).filter((event) => event.type === 'channel.unknown.received.v1').length
    const known = await count()
    await bench.tell([before, unknown, after])
    expect(await idsAmong(bench, [before, after])).to.have.length(2)
    expect(await count()).to.equal(known + 1)
    await bench.tell([unknown])
    expect(await count(), 'an unknown fact is stored once, too').to.equal(known + 1)
  },

  async foreignScripts(bench) {
    const words = [
      'שלום עולם 👋',
      'مرحبا',
      'こんにちは世界',
      '👨‍👩‍👧‍👦🏳️‍🌈',
      'Straße – „ß“',
      'e\u0301\u0323',
      '\u202Eabc\u202C',
      "'; drop table--",
    ]
    const facts = words.map((word, index) => text(`f${index}`, 'ada', word))
    await bench.tell(facts)
    const wanted = facts.map((fact) => bench.vendor.externalIdOf(fact))
    const stored = (await bench.events(account)).filter((event) => wanted.includes(String(event.data.externalId)))
    expect(stored.map((event) => (event.data.content as { text: string }).text)).to.deep.equal(words)
  },

  async twoTenants(bench) {
    const first = text('t1', 'ada', 'only for the first')
    const second = { ...text('t2', 'ada', 'only for the second'), account: 'second' } as const
    await bench.tell([first, second])
    expect(await idsAmong(bench, [first, second], 'first')).to.deep.equal([bench.vendor.externalIdOf(first)])
    expect(await idsAmong(bench, [first, second], 'second')).to.deep.equal([bench.vendor.externalIdOf(second)])
    for (const [name, word] of [
      ['first', 'only for the second'],
      ['second', 'only for the first'],
    ] as const)
      expect(JSON.stringify(await bench.events(name))).to.not.contain(word)
  },
} satisfies Cases
