/**
 * Path parameters that name nothing of a tenant's: what the installation is made of, and what its operators own. By the path up to
 * the parameter, with values that exist.
 */
export const placesOfHouse: Readonly<Record<string, readonly string[]>> = {
  '/api/admin/plugins/{id}': ['templates', 'webhooks'],
  '/api/me/settings/{id}': ['inbox', 'accounts'],
  '/api/admin/providers/{port}': ['mailer', 'channel'],
  '/api/platform/plugins/{plugin}': ['templates'],
  '/api/platform/tenants/{id}/plugins/{plugin}': ['templates'],
  '/api/platform/provider-keys/{id}': [],
  '/api/platform/keys/{id}': [],
  '/api/platform/privacy/requests/{id}': [],
  // Signed, and handed to vendors only.
  '/api/files/{token}': ['not-signed'],
  // Signed too, and handed to customers only.
  '/unsubscribe/{token}': ['not-signed'],
  // A vendor's way in to one mailbox, with a token of that connection.
  '/api/sendgrid/inbound/{connectionId}': ['01a1fb9b-06c7-7000-a78f-49770b805c70'],
  '/api/sendgrid/inbound/{connectionId}/{token}': ['not-its-token'],
  '/api/auth/openid/{provider}': ['google'],
  '/api/admin/flags/{key}': ['house.flag'],
  '/api/admin/flag-segments/{key}': ['house-segment'],
  '/ofrep/v1/evaluate/flags/{key}': ['house.flag'],
  '/account/{page}': ['reset-password', 'verify-email'],
  '/account/assets/{file}': ['account.js', 'styles.css'],
  '/chat/assets/{version}': ['1'],
  '/chat/assets/{version}/{file}': ['main.js'],
  '/hooks/{adapter}': ['whatsapp', 'webchat'],
}
