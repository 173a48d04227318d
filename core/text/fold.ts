const DIACRITICS = /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670]/g
const LETTERS: Readonly<Record<string, string>> = { ß: 'ss', ı: 'i', ς: 'σ', ø: 'o', ł: 'l', đ: 'd', æ: 'ae', œ: 'oe' }
const UNDECOMPOSED = /[ßıςøłđæœ]/g

/**
 * Text as it is compared and searched: lower case, without the accents of Latin, Greek and Cyrillic and the vowel points of
 * Hebrew and Arabic. Signs that make another letter (Devanagari, Thai) stay.
 */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(DIACRITICS, '')
    .replace(UNDECOMPOSED, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFC')
}
