import { Parser } from 'htmlparser2'

/** Elements that start a paragraph of their own. */
const BLOCKS = new Set(
  'address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main menu nav ol p pre section summary table tbody td tfoot th thead title tr ul'.split(
    ' ',
  ),
)
/** Elements whose content nobody reads as the text of an article. */
const DROPPED = new Set(
  'script style noscript template svg math iframe object embed applet audio video canvas button select option textarea input head nav form map dialog'.split(
    ' ',
  ),
)
/** Class names of what sites put around an article: share boxes, lists of related articles, tracking pictures. */
const CHROME =
  /(?:^|[\s_-])(?:feedflare|sharedaddy|share-?(?:bar|box|buttons?|links?|tools?)|social-?(?:share|links?|buttons?|media)|addtoany\w*|jp-relatedposts|related-?(?:posts|articles|links)|newsletter-?signup|screen-reader-text|visually-?hidden|sr-only|mf-viral|wp-block-buttons)(?:$|[\s_-])/i

/** What a fragment of HTML says. */
export type HtmlText = { text: string }

/**
 * The words of a fragment of HTML: paragraphs parted by a blank line, lines of one paragraph by a line end, space
 * folded, references decoded. Scripts, styles, forms and share boxes are left out. Linear in its length; never throws.
 *
 * @param skip true for an element that is to be left out with all it holds
 */
export function htmlToText(
  html: string,
  skip: (name: string, attributes: Record<string, string>) => boolean = () => false,
): string {
  const paragraphs: string[] = []
  let line = ''
  let dropped = 0
  let preformatted = 0
  const stack: { name: string; drops: boolean }[] = []
  const breakParagraph = () => {
    const text = tidy(line)
    if (text) paragraphs.push(text)
    line = ''
  }
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const drops =
          DROPPED.has(name) || CHROME.test(attributes.class ?? '') || hidden(attributes) || skip(name, attributes)
        if (!VOID.has(name)) {
          stack.push({ name, drops })
          if (drops) dropped += 1
        }
        if (dropped > 0) {
          if (BLOCKS.has(name)) breakParagraph()
          return
        }
        if (name === 'pre') preformatted += 1
        if (name === 'br') line += '\n'
        else if (BLOCKS.has(name)) breakParagraph()
        else if (name === 'q') line += '“'
      },
      ontext(text) {
        if (dropped === 0) line += preformatted > 0 ? text : text.replace(MARKUP_SPACES, ' ')
      },
      onclosetag(name) {
        const top = stack.at(-1)
        if (top?.name === name) {
          stack.pop()
          if (top.drops) dropped -= 1
        }
        if (dropped > 0) return
        if (name === 'pre' && preformatted > 0) preformatted -= 1
        if (BLOCKS.has(name)) breakParagraph()
        else if (name === 'q') line += '”'
      },
    },
    { decodeEntities: true, lowerCaseTags: true, recognizeCDATA: false },
  )
  parser.write(html)
  parser.end()
  breakParagraph()
  return paragraphs.join('\n\n')
}

const VOID = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '))

const hidden = ({ hidden, style, 'aria-hidden': aria }: Record<string, string>): boolean =>
  hidden !== undefined ||
  aria === 'true' ||
  (style !== undefined && /display\s*:\s*none|visibility\s*:\s*hidden/i.test(style))

/** Space that is not one plain blank already: most of a text is, and replacing each by itself would take the longest of all. */
const SPACES = /[^\S \n\u00a0\u202f][^\S\n\u00a0\u202f]*| [^\S\n\u00a0\u202f]+/g
const MARKUP_SPACES = /[\t\n\f\r][\t\n\f\r ]*| [\t\n\f\r ]+/g

/** Folds the space of one paragraph; empty lines in it part it into two. */
function tidy(text: string): string {
  return text
    .split('\n')
    .map((one) =>
      one
        .replace(SPACES, ' ')
        .replace(/\u00a0/g, ' ')
        .trim(),
    )
    .join('\n')
    .replace(/\n{2,}/g, '\n\n')
    .trim()
}
