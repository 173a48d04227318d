import { definePlugin, imageProcessor, provide } from '@parley/core'
import { type ImagesSettings, imagesSettings } from './settings.ts'
import { SharpImages } from './sharp-images.ts'

/** Thumbnails, by sharp (libvips), in the threads beside Node's own. */
export default definePlugin({
  manifest: { provides: [imageProcessor], settings: { app: imagesSettings } },
  deps: {},
  register: (_deps, settings: ImagesSettings) => ({
    providers: [provide(imageProcessor, { value: new SharpImages(settings) })],
  }),
})
