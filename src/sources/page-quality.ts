/** Why a page is not the article that was asked for. */
export type NotTheArticle = { kind: 'paywall' | 'consent' | 'error' | 'robot-check'; reason: string }

const ERROR_TITLE =
  /^(?:(?:error\s*)?(?:404|403|410|500|502|503)\b|page not found|not found|access denied|forbidden|seite nicht gefunden|page introuvable|página no encontrada|oops|something went wrong|service unavailable|bad gateway|site maintenance)/i
const ROBOT =
  /(?:just a moment|attention required|verify(?:ing)? (?:that )?you are (?:a )?human|are you a robot|checking your browser|enable javascript and cookies to continue|unusual traffic|complete the security check|press (?:&|and) hold|pardon our interruption)/i
const CONSENT =
  /(?:we (?:and our (?:\d+ )?partners )?(?:use|store|process)\b[^.]{0,120}\bcookies?|cookie (?:settings|preferences|consent)|accept all cookies|your privacy choices|manage (?:your )?(?:consent|cookies)|before you continue to|wir verwenden cookies|nous utilisons des cookies|utilizamos cookies)/gi
const PAYWALL =
  /(?:subscribe (?:now )?to (?:continue|read|keep)|(?:to )?continue reading[^.]{0,60}(?:subscri|sign in|register|log in)|this (?:article|content|story) is (?:for|only available to|reserved for) (?:\w+ )?(?:subscribers|members)|already a subscriber|you(?:'|’)ve (?:reached|read) your (?:limit|free)|subscriber[- ]only|become a (?:member|subscriber) to|jetzt weiterlesen mit|article réservé aux abonnés|contenido exclusivo para suscriptores)/gi

/** What an extraction looks like: its title, its words, and whether the page itself calls them free to read. */
export type Extraction = { title: string | null; text: string; free: boolean }

/** A text of this length is an article even where the words of a wall stand somewhere in it. */
const LONG = 2500
const SHORT = 900

/** Recognises paywalls, cookie banners, error pages and checks for robots, so that none is taken for an article. */
export function notTheArticle({ title, text, free }: Extraction): NotTheArticle | null {
  const head = text.slice(0, 4000)
  if (text.length < LONG && (ERROR_TITLE.test(title?.trim() ?? '') || ERROR_TITLE.test(head.trim())))
    return { kind: 'error', reason: 'the page is an error page' }
  if (text.length < LONG && ROBOT.test(`${title ?? ''} ${head}`))
    return { kind: 'robot-check', reason: 'the site asks whether a person is reading' }
  const share = (pattern: RegExp) =>
    Array.from(head.matchAll(pattern), ([words]) => words.length).reduce((sum, length) => sum + length, 0) /
    Math.max(1, head.length)
  if (text.length < LONG && share(CONSENT) > 0.03)
    return { kind: 'consent', reason: 'the page asks for consent to cookies in place of its article' }
  const walled = head.search(PAYWALL) !== -1 || text.slice(-600).search(PAYWALL) !== -1
  if ((!free && text.length < LONG) || (walled && text.length < SHORT))
    return { kind: 'paywall', reason: 'the article is behind a paywall; only its beginning is free' }
  return null
}
