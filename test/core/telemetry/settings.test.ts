import { expect } from 'chai'
import { readSettings } from '../../../core/config/settings.ts'
import { parseTelemetrySettings, wantedExport } from '../../../core/telemetry/settings.ts'

describe('settings of telemetry', () => {
  it('are safe by default: no endpoint, loopback only, no tenant labels, nobody outside decides what is recorded', () => {
    const settings = parseTelemetrySettings({})
    expect(settings).not.to.have.property('prometheusPort')
    expect(settings).to.include({
      prometheusHost: '127.0.0.1',
      tenantLabels: false,
      trustTraceparent: false,
      sampleRatio: 1,
    })
  })

  it('come from the environment, and a wrong one stops the boot by name', () => {
    expect(readSettings({ TELEMETRY_PROMETHEUS_PORT: '9464' }, '/').telemetry).to.deep.equal({ prometheusPort: 9464 })
    expect(() => readSettings({ TELEMETRY_SAMPLE_RATIO: '2', TELEMETRY_PROMETHEUS_TOKEN: 'short' }, '/'))
      .to.throw(/TELEMETRY_SAMPLE_RATIO.*TELEMETRY_PROMETHEUS_TOKEN|TELEMETRY_PROMETHEUS_TOKEN.*TELEMETRY_SAMPLE_RATIO/)
      .with.property('code', 'config.environment-invalid')
  })

  it('send what has somewhere to go', () => {
    const to = 'http://collector:4318'
    expect(wantedExport({})).to.deep.equal({ traces: false, metrics: false })
    expect(wantedExport({ OTEL_EXPORTER_OTLP_ENDPOINT: to })).to.deep.equal({ traces: true, metrics: true })
    expect(wantedExport({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: to })).to.deep.equal({ traces: true, metrics: false })
    const noMetrics = { OTEL_EXPORTER_OTLP_ENDPOINT: to, OTEL_METRICS_EXPORTER: 'none' }
    expect(wantedExport(noMetrics)).to.deep.equal({ traces: true, metrics: false })
  })
})
