import { expect } from 'chai'
import { buildGraph, type GraphNode } from '../../../core/kernel/graph.ts'
import { type Dependencies, defineManyPort, definePort, optional, type Port } from '../../../core/plugin/port.ts'

const ports = Object.fromEntries(['a', 'b', 'c', 'd'].map((id) => [id, definePort<object>(id)]))
const many = defineManyPort<object>('many')

function port(id: string): Port<object, 'one'> {
  const found = ports[id]
  if (found === undefined) throw new Error(`no port ${id}`)
  return found
}

function node(id: string, deps: Dependencies, provides: readonly Port<unknown>[] = [port(id)]): GraphNode {
  return { id, deps, provides }
}

describe('the port graph', () => {
  it('puts providers before those who need them, whatever the order of the list', () => {
    const graph = buildGraph([node('a', { b: port('b') }), node('b', { c: port('c') }), node('c', {})], new Set())
    expect(graph.order).to.deep.equal(['c', 'b', 'a'])
    expect([graph.missing, graph.conflicts, graph.cycles]).to.deep.equal([[], [], []])
  })

  it('reports every missing port, every conflict and every cycle at once', () => {
    const nodes = [
      node('a', { b: port('b') }),
      node('b', { a: port('a'), c: port('c') }),
      node('x', { d: port('d') }, [port('c')]),
      node('y', { nothing: definePort<object>('nothing') }, [port('c')]),
    ]
    const graph = buildGraph(nodes, new Set())
    expect(graph.cycles).to.deep.equal([['a', 'b', 'a']])
    expect(graph.conflicts).to.deep.equal([{ port: 'c@1', providers: ['x', 'y'] }])
    expect(graph.missing).to.deep.equal([
      { id: 'x', port: 'd@1' },
      { id: 'y', port: 'nothing@1' },
    ])
  })

  it('spells out each of two cycles that share a plugin', () => {
    const nodes = [
      node('a', { b: port('b'), c: port('c') }),
      node('b', { a: port('a') }),
      node('c', { a: port('a') }),
      node('d', { d: port('d') }),
    ]
    expect(buildGraph(nodes, new Set()).cycles).to.deep.equal([
      ['a', 'b', 'a'],
      ['a', 'c', 'a'],
      ['d', 'd'],
    ])
  })

  it('counts the kernel as a provider, and a plugin that offers the same port as a conflict', () => {
    const graph = buildGraph([node('a', { b: port('b') }), node('z', {}, [port('b')])], new Set(['b@1']))
    expect(graph.missing).to.deep.equal([])
    expect(graph.conflicts).to.deep.equal([{ port: 'b@1', providers: ['kernel', 'z'] }])
  })

  it('lets an optional port be missing, and a port with many providers have none or be part of a circle', () => {
    const nodes = [node('a', { maybe: optional(port('d')), all: many }), node('b', { a: port('a') }, [many])]
    const graph = buildGraph(nodes, new Set())
    expect(graph.missing).to.deep.equal([])
    expect(graph.cycles).to.deep.equal([])
    expect(graph.order).to.deep.equal(['a', 'b'])
  })

  it('treats two versions of a port as two ports', () => {
    const graph = buildGraph([node('a', { b: definePort<object>('b', 2) }), node('b', {})], new Set())
    expect(graph.missing).to.deep.equal([{ id: 'a', port: 'b@2' }])
  })
})
