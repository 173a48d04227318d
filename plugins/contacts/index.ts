import {
  clock,
  contactCreated,
  contactDirectory,
  contactErased,
  contactMerged,
  contactUnmerged,
  database,
  definePlugin,
  provide,
} from '@parley/core'
import { createDirectory } from './directory/contact-directory.ts'
import { personalData } from './privacy/personal-data.ts'
import { changeContact } from './routes/change-contact.ts'
import { getContact } from './routes/get-contact.ts'
import { listContacts } from './routes/list-contacts.ts'
import { mergeRoute } from './routes/merge-contacts.ts'
import { dismissSuggestion, listSuggestions } from './routes/suggestions.ts'
import { undoMergeRoute } from './routes/undo-merge.ts'
import { type ContactsSettings, settingsSchema } from './settings.ts'

export default definePlugin({
  manifest: {
    provides: [contactDirectory],
    publishes: [contactCreated, contactErased, contactMerged, contactUnmerged],
    permissions: [
      { key: 'contacts.read', summary: 'See contacts.', roles: ['admin', 'agent', 'viewer'] },
      { key: 'contacts.write', summary: 'Change, block, merge and unmerge contacts.', roles: ['admin', 'agent'] },
    ],
    settings: { app: settingsSchema },
    migrations: new URL('./migrations/', import.meta.url),
  },
  deps: { clock, database },
  register(deps, settings: ContactsSettings) {
    const context = { ...deps, settings }
    return {
      personalData,
      providers: [
        provide(contactDirectory, { value: createDirectory({ clock: deps.clock, maxAlike: settings.maxAlike }) }),
      ],
      routes: [
        listContacts(context),
        getContact(context),
        changeContact(context),
        mergeRoute(context),
        undoMergeRoute(context),
        listSuggestions(context),
        dismissSuggestion(context),
      ],
    }
  },
})
