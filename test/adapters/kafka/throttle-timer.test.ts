import { expect } from 'chai'
import { mendThrottleTimer } from '../../../adapters/kafka/throttle-timer.ts'
import { until } from '../../core/events/kit.ts'
import { newPrefix } from '../../kafka/prefix.ts'
import { findKafka, KAFKA_START_MS } from '../../kafka/shared-kafka.ts'
import { describeWith } from '../../real-parts.ts'
import { carrier, Told } from './kit.ts'

describeWith('Kafka', findKafka(), 'adapters/kafka, the timers of kafkajs', (kafka) => {
  it('are never negative', async function () {
    this.timeout(KAFKA_START_MS)
    mendThrottleTimer()
    const one = carrier(await kafka.brokers(), newPrefix())
    const warnings: string[] = []
    const listener = ({ name }: Error) => warnings.push(name)
    process.on('warning', listener)
    try {
      await one.ensureTopics([{ topic: 'test', partitions: 1 }])
      const told = new Told()
      const follower = one.follow(told)
      follower.set([{ topic: 'test', part: 0 }])
      await until(() => told.live_.size === 1)
      await follower.stop()
    } finally {
      await one.stop()
      process.off('warning', listener)
    }
    expect(warnings).to.not.include('TimeoutNegativeWarning')
  })
})
