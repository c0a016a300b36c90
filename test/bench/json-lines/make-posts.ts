import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { createGzip } from 'node:zlib'

const WORDS =
  'ferry harbour tide council camera lens promenade winter repair quarrel island office letter light mast network week report answer question'.split(
    ' ',
  )

/** A number between 0 and 1 that the same seed always gives. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

/** Writes invented posts of about 2.6 KB a line, as v1.1 gives them, packed. @returns bytes unpacked */
export async function makePosts(path: string, lines: number): Promise<number> {
  const roll = dice(7)
  const gzip = createGzip({ level: 1 })
  const file = gzip.pipe(createWriteStream(path))
  let bytes = 0
  for (let i = 0; i < lines; i += 1) {
    const line = `${JSON.stringify(post(i, roll))}\n`
    bytes += line.length
    if (!gzip.write(line)) await once(gzip, 'drain')
  }
  gzip.end()
  await once(file, 'close')
  return bytes
}

function post(i: number, roll: () => number): object {
  const pick = () => WORDS[Math.floor(roll() * WORDS.length)]!
  const words = Array.from({ length: 18 }, pick).join(' ')
  const id = String(2028730275483095040n + BigInt(i) * 4_194_304n)
  const author = Math.floor(roll() * 2000)
  const user = {
    id_str: String(author),
    screen_name: `reader_${author}`,
    name: `Reader ${author}`,
    description: Array.from({ length: 40 }, pick).join(' '),
    followers_count: Math.floor(roll() * 10_000),
    created_at: 'Wed Apr 05 23:41:08 +0000 2017',
    profile_image_url: `https://images.example/${'p'.repeat(80)}/${author}.jpg`,
    profile_banner_url: `https://images.example/${'b'.repeat(120)}/${author}`,
  }
  return {
    created_at: 'Tue Mar 03 07:12:44 +0000 2026',
    id_str: id,
    full_text: `${words} #${pick()} https://t.co/${pick()}`,
    source: '<a href="https://clients.example" rel="nofollow">A client</a>',
    user,
    entities: { hashtags: [], urls: [], user_mentions: [], symbols: [] },
    extended: Array.from({ length: 12 }, (_, n) => ({
      url: `https://media.example/${id}/${n}/${pick()}${pick()}${pick()}`,
      sizes: { small: { w: 680, h: 510 }, large: { w: 1200, h: 900 } },
    })),
    lang: 'en',
  }
}
