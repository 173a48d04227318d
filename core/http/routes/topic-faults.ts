import type { LiveTopic } from '../../plugin/live.ts'
import { accessFaults, type Known } from './access-faults.ts'
import { fingerprint } from './fingerprint.ts'

export interface TopicSurroundings extends Known {
  /** Fingerprints of all open topics. */
  readonly places: ReadonlySet<string>
}

/** Everything that is wrong with a plugin's live topics; empty when they can be opened. */
export function topicFaults(topics: readonly LiveTopic[], around: TopicSurroundings): readonly string[] {
  const places = new Set(around.places)
  return topics.flatMap((topic) => {
    const place = fingerprint(topic.path)
    const faults = [...accessFaults(topic.access, around)]
    if (!/^\/live\/[^?#\s]+$/.test(topic.path)) faults.push('expected a path below /live/')
    if ('public' in topic.access) faults.push('a topic cannot be public: somebody must be there to be asked about')
    if (places.has(place)) faults.push('another topic has this path')
    places.add(place)
    return faults.map((fault) => `topic ${topic.path}: ${fault}`)
  })
}
