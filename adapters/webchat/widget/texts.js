/**
 * What the page says, by language. Messages themselves are never translated.
 *
 * @typedef {typeof ENGLISH} Texts
 */
const ENGLISH = {
  write: 'Write a message…',
  message: 'Message',
  send: 'Send',
  attach: 'Attach a file',
  close: 'Close chat',
  conversation: 'Conversation',
  offline: 'No connection. What you write is kept and sent as soon as it is back.',
  you: 'You',
  us: 'Support',
  sending: 'Sending…',
  waiting: 'Waiting for connection…',
  sent: 'Sent',
  failed: 'Not sent',
  retry: 'Try again',
  discard: 'Discard',
  today: 'Today',
  yesterday: 'Yesterday',
  newMessages: 'New messages',
  tooLarge: 'This file is too large. At most {size} can be sent.',
  empty: 'This file is empty.',
  refusedType: 'Files of this type cannot be sent here.',
  tooLong: 'Too long: at most {count} characters.',
  download: 'Download',
  image: 'Image',
  location: 'Location',
  unsupported: 'This kind of message cannot be shown here.',
}

/** @type {Record<string, Texts>} */
const LANGUAGES = {
  en: ENGLISH,
  de: {
    write: 'Nachricht schreiben …',
    message: 'Nachricht',
    send: 'Senden',
    attach: 'Datei anhängen',
    close: 'Chat schließen',
    conversation: 'Unterhaltung',
    offline: 'Keine Verbindung. Was Sie schreiben, bleibt erhalten und wird gesendet, sobald sie wieder da ist.',
    you: 'Sie',
    us: 'Support',
    sending: 'Wird gesendet …',
    waiting: 'Wartet auf Verbindung …',
    sent: 'Gesendet',
    failed: 'Nicht gesendet',
    retry: 'Erneut versuchen',
    discard: 'Verwerfen',
    today: 'Heute',
    yesterday: 'Gestern',
    newMessages: 'Neue Nachrichten',
    tooLarge: 'Diese Datei ist zu groß. Möglich sind höchstens {size}.',
    empty: 'Diese Datei ist leer.',
    refusedType: 'Dateien dieser Art können hier nicht gesendet werden.',
    tooLong: 'Zu lang: höchstens {count} Zeichen.',
    download: 'Herunterladen',
    image: 'Bild',
    location: 'Standort',
    unsupported: 'Diese Art von Nachricht kann hier nicht angezeigt werden.',
  },
  es: {
    write: 'Escribe un mensaje…',
    message: 'Mensaje',
    send: 'Enviar',
    attach: 'Adjuntar un archivo',
    close: 'Cerrar el chat',
    conversation: 'Conversación',
    offline: 'Sin conexión. Lo que escribas se guarda y se enviará en cuanto vuelva.',
    you: 'Tú',
    us: 'Soporte',
    sending: 'Enviando…',
    waiting: 'Esperando conexión…',
    sent: 'Enviado',
    failed: 'No enviado',
    retry: 'Reintentar',
    discard: 'Descartar',
    today: 'Hoy',
    yesterday: 'Ayer',
    newMessages: 'Mensajes nuevos',
    tooLarge: 'El archivo es demasiado grande. El máximo es {size}.',
    empty: 'El archivo está vacío.',
    refusedType: 'Aquí no se pueden enviar archivos de este tipo.',
    tooLong: 'Demasiado largo: como máximo {count} caracteres.',
    download: 'Descargar',
    image: 'Imagen',
    location: 'Ubicación',
    unsupported: 'Este tipo de mensaje no se puede mostrar aquí.',
  },
  hi: {
    write: 'संदेश लिखें…',
    message: 'संदेश',
    send: 'भेजें',
    attach: 'फ़ाइल जोड़ें',
    close: 'चैट बंद करें',
    conversation: 'बातचीत',
    offline: 'कनेक्शन नहीं है। आपका लिखा सुरक्षित है और कनेक्शन आते ही भेज दिया जाएगा।',
    you: 'आप',
    us: 'सहायता',
    sending: 'भेजा जा रहा है…',
    waiting: 'कनेक्शन की प्रतीक्षा…',
    sent: 'भेजा गया',
    failed: 'नहीं भेजा गया',
    retry: 'फिर कोशिश करें',
    discard: 'हटाएँ',
    today: 'आज',
    yesterday: 'कल',
    newMessages: 'नए संदेश',
    tooLarge: 'फ़ाइल बहुत बड़ी है। अधिकतम {size} भेजा जा सकता है।',
    empty: 'फ़ाइल खाली है।',
    refusedType: 'इस प्रकार की फ़ाइल यहाँ नहीं भेजी जा सकती।',
    tooLong: 'बहुत लंबा: अधिकतम {count} अक्षर।',
    download: 'डाउनलोड करें',
    image: 'चित्र',
    location: 'स्थान',
    unsupported: 'इस प्रकार का संदेश यहाँ नहीं दिखाया जा सकता।',
  },
  ar: {
    write: 'اكتب رسالة…',
    message: 'رسالة',
    send: 'إرسال',
    attach: 'إرفاق ملف',
    close: 'إغلاق المحادثة',
    conversation: 'المحادثة',
    offline: 'لا يوجد اتصال. ما تكتبه محفوظ وسيُرسل فور عودة الاتصال.',
    you: 'أنت',
    us: 'الدعم',
    sending: 'جارٍ الإرسال…',
    waiting: 'في انتظار الاتصال…',
    sent: 'أُرسلت',
    failed: 'لم تُرسل',
    retry: 'إعادة المحاولة',
    discard: 'تجاهل',
    today: 'اليوم',
    yesterday: 'أمس',
    newMessages: 'رسائل جديدة',
    tooLarge: 'الملف كبير جدًا. الحد الأقصى {size}.',
    empty: 'الملف فارغ.',
    refusedType: 'لا يمكن إرسال هذا النوع من الملفات هنا.',
    tooLong: 'النص طويل جدًا: {count} حرف كحد أقصى.',
    download: 'تنزيل',
    image: 'صورة',
    location: 'الموقع',
    unsupported: 'لا يمكن عرض هذا النوع من الرسائل هنا.',
  },
}

const RIGHT_TO_LEFT = new Set(['ar'])

/**
 * The first wished language that there is, else English. `locale` is the wish with its region, for dates and numbers.
 *
 * @param {readonly string[]} wished BCP 47 tags, best first
 * @returns {{ lang: string, locale: string, dir: 'ltr' | 'rtl', texts: Texts }}
 */
export function textsFor(wished) {
  const languageOf = (/** @type {string} */ tag) => tag.toLowerCase().split('-')[0] ?? ''
  const locale = wished.find((tag) => Object.hasOwn(LANGUAGES, languageOf(tag)) && isLocale(tag)) ?? 'en'
  const lang = languageOf(locale)
  return { lang, locale, dir: RIGHT_TO_LEFT.has(lang) ? 'rtl' : 'ltr', texts: LANGUAGES[lang] ?? ENGLISH }
}

/** @param {string} tag */
function isLocale(tag) {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    // A wish out of an address bar may be anything.
    return false
  }
}

/** The languages there are, for the tests. */
export const languages = Object.keys(LANGUAGES)
