import { escapeHtml } from '@parley/core'
import type { WebchatSettings } from './settings.ts'
import { inkOn, type WidgetSettings } from './widget-settings.ts'

/** What the browser code is told about its connection. Nothing here is secret. */
export interface PageConfig {
  readonly connectionId: string
  /** `page`: on its own. `embed`: in the frame that the loader made. */
  readonly mode: 'page' | 'embed'
  readonly title: string
  readonly subtitle: string
  readonly greeting: string
  readonly accent: string
  readonly ink: string
  readonly maxTextLength: number
  readonly maxFileBytes: number
  /** For the file picker; empty when files are off. */
  readonly accept: string
  /** Pages that may hold the frame. */
  readonly allowedOrigins: readonly string[]
}

export function pageConfig(
  connectionId: string,
  mode: PageConfig['mode'],
  widget: WidgetSettings,
  settings: WebchatSettings,
  files: boolean,
): PageConfig {
  const { title, subtitle, greeting, accent, allowedOrigins } = widget
  return {
    connectionId,
    mode,
    title,
    subtitle,
    greeting,
    accent,
    ink: inkOn(accent),
    maxTextLength: settings.maxTextLength,
    maxFileBytes: settings.maxFileBytes,
    accept: files ? settings.fileTypes.join(',') : '',
    allowedOrigins,
  }
}

/** The whole document; the scripts draw the rest. */
export function pageHtml(config: PageConfig, assetBase: string): string {
  return `<!doctype html>
<html lang="en" data-mode="${config.mode}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(config.title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assetBase}/styles.css">
<script defer src="/assets/nes.js"></script>
<script type="module" src="${assetBase}/main.js"></script>
</head>
<body>
<div id="app" data-config="${escapeHtml(JSON.stringify(config))}"></div>
<noscript>This chat needs JavaScript.</noscript>
</body>
</html>
`
}

/** The embed script with its connection written in. `<` is escaped, so that the script may also stand inside a page. */
export function loaderScript(loader: string, config: PageConfig): string {
  const { connectionId, title, accent, ink } = config
  const json = JSON.stringify({ connectionId, title, accent, ink }).replace(/</g, '\\u003c')
  return loader.replace('__PARLEY_CONFIG__', () => json)
}
