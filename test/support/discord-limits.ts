/**
 * Discord's documented limits that its machine-readable description does not hold, and the most important ones that it
 * does, so that they are checked on every machine. Each function gives faults in words, none where all is well.
 */

const V2 = 1 << 15
const CHARS = { content: 2000, text: 4000, embeds: 6000 } as const
const LOCALES = new Set(
  'id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja zh-TW ko'.split(
    ' ',
  ),
)

export type Json = { [key: string]: Json } | Json[] | string | number | boolean | null
export type Part = {
  type: number
  content?: string
  components?: Part[]
  component?: Part
  accessory?: Part
  custom_id?: string
  url?: string
  label?: string
  style?: number
  options?: { label: string; value: string }[]
  file?: { url: string }
  items?: { media: { url: string } }[]
  placeholder?: string
  accent_color?: number
}
export type MessageBody = {
  content?: string | null
  embeds?: Embed[]
  components?: Part[]
  flags?: number
  nonce?: string | number
  enforce_nonce?: boolean
  allowed_mentions?: { parse?: string[]; users?: string[]; roles?: string[]; replied_user?: boolean }
  attachments?: { id: number | string; filename?: string; description?: string }[]
}
type Embed = {
  title?: string
  description?: string
  url?: string
  footer?: { text: string }
  author?: { name: string }
  fields?: { name: string; value: string }[]
}

const MESSAGE_KEYS = new Set(
  'content embeds components flags nonce enforce_nonce allowed_mentions attachments tts message_reference sticker_ids poll thread_name applied_tags with_components username avatar_url'.split(
    ' ',
  ),
)

/** A message as created, edited, or sent in answer to an interaction. */
export function messageFaults(body: MessageBody, files: string[], isEdit = false): string[] {
  const faults: string[] = []
  const isV2 = ((body.flags ?? 0) & V2) !== 0
  const parts = flat(body.components ?? [])
  for (const key of Object.keys(body)) if (!MESSAGE_KEYS.has(key)) faults.push(`unknown property ${key}`)
  if ((body.content ?? '').length > CHARS.content) faults.push(`content of ${body.content?.length} characters`)
  if (isV2 && (body.content || (body.embeds?.length ?? 0) > 0)) faults.push('content or embeds beside Components V2')
  if (!isV2 && parts.some(({ type }) => type >= 9)) faults.push('Components V2 without their flag')
  if (!isEdit && !body.content && !body.embeds?.length && parts.length === 0 && files.length === 0)
    faults.push('an empty message')
  if (parts.length > 40) faults.push(`${parts.length} components, counted nested`)
  const text = parts.reduce((sum, part) => sum + (part.type === 10 ? (part.content?.length ?? 0) : 0), 0)
  if (text > CHARS.text) faults.push(`${text} characters of text in all`)
  if (!isV2 && (body.components ?? []).length > 5) faults.push('more than 5 action rows')
  if (typeof body.nonce === 'string' && body.nonce.length > 25) faults.push(`nonce of ${body.nonce.length} characters`)
  return [
    ...faults,
    ...parts.flatMap(partFaults),
    ...duplicates(parts.flatMap(({ custom_id }) => custom_id ?? [])).map((id) => `custom_id ${id} twice`),
    ...mentionFaults(body),
    ...embedFaults(body.embeds ?? []),
    ...fileFaults(body, parts, files),
  ]
}

/** Components with all those inside them. */
export function flat(parts: Part[]): Part[] {
  return parts.flatMap((part) => [
    part,
    ...flat(part.components ?? []),
    ...(part.accessory ? flat([part.accessory]) : []),
    ...(part.component ? flat([part.component]) : []),
  ])
}

function partFaults(part: Part): string[] {
  const faults: string[] = []
  const { type, components = [], label = '', custom_id, url, style, options = [], content = '' } = part
  if (custom_id !== undefined && (custom_id.length === 0 || custom_id.length > 100)) faults.push('custom_id past 100')
  if (type === 1 && (components.length === 0 || components.length > 5)) faults.push(`${components.length} in a row`)
  if (type === 1 && components.some((one) => one.type !== 2) && components.length > 1)
    faults.push('a menu shares its row')
  if (type === 2) {
    if (label.length > 80) faults.push(`button label of ${label.length}`)
    if (label === '') faults.push('button without a label')
    if (style === 5 ? !url || custom_id !== undefined : !custom_id || url !== undefined)
      faults.push('a link button has an address and no custom_id, any other the reverse')
    if (url !== undefined && (url.length > 512 || !/^https?:\/\//.test(url))) faults.push(`button address ${url}`)
  }
  if (type === 3) {
    if (options.length === 0 || options.length > 25) faults.push(`${options.length} menu options`)
    if (options.some((one) => one.label.length > 100 || one.value.length > 100 || !one.label))
      faults.push('menu option')
    faults.push(...duplicates(options.map(({ value }) => value)).map((value) => `menu value ${value} twice`))
    if ((part.placeholder ?? '').length > 150) faults.push('menu placeholder')
  }
  if (type === 9 && (!part.accessory || components.length === 0 || components.length > 3)) faults.push('a section')
  if (type === 10 && content.trim() === '') faults.push('an empty text display')
  if (type === 17 && components.length === 0) faults.push('an empty container')
  return faults
}

function mentionFaults({ allowed_mentions: allowed }: MessageBody): string[] {
  if (!allowed) return ['no allowed_mentions: text from outside could ping']
  const faults: string[] = []
  if (allowed.parse?.includes('users') && allowed.users) faults.push('parse users beside named users')
  if (allowed.parse?.includes('roles') && allowed.roles) faults.push('parse roles beside named roles')
  if ((allowed.parse?.length ?? 0) > 0) faults.push('allowed_mentions would parse outside text')
  return faults
}

function embedFaults(embeds: Embed[]): string[] {
  const faults: string[] = []
  let all = 0
  for (const { title = '', description = '', footer, author, fields = [], url } of embeds) {
    const texts = [
      title,
      description,
      footer?.text ?? '',
      author?.name ?? '',
      ...fields.flatMap((f) => [f.name, f.value]),
    ]
    all += texts.reduce((sum, text) => sum + text.trim().length, 0)
    if (title.length > 256 || description.length > 4096 || (footer?.text ?? '').length > 2048) faults.push('embed text')
    if (fields.length > 25 || fields.some((f) => !f.name || !f.value || f.name.length > 256 || f.value.length > 1024))
      faults.push('embed field')
    if (url !== undefined && !/^https?:\/\//.test(url)) faults.push(`embed address ${url}`)
  }
  if (all > CHARS.embeds) faults.push(`${all} characters in embeds`)
  if (embeds.length > 10) faults.push(`${embeds.length} embeds`)
  return faults
}

function fileFaults({ attachments = [] }: MessageBody, parts: Part[], files: string[]): string[] {
  const faults: string[] = []
  const named = new Set([...attachments.map(({ filename }) => filename), ...files])
  const wanted = parts.flatMap(({ file, items = [] }) => [file?.url, ...items.map(({ media }) => media.url)])
  for (const url of wanted) {
    if (url?.startsWith('attachment://') && !named.has(url.slice(13))) faults.push(`${url} is not attached`)
  }
  if (files.length > 10) faults.push(`${files.length} files`)
  for (const name of files)
    if (!wanted.includes(`attachment://${name}`) && parts.some(({ type }) => type >= 9))
      faults.push(`${name} is attached and shown nowhere`)
  if (attachments.some(({ description = '' }) => description.length > 1024)) faults.push('attachment description')
  return faults
}

type Option = {
  type: number
  name: string
  description?: string
  required?: boolean
  autocomplete?: boolean
  choices?: { name: string; value: string | number; name_localizations?: Record<string, string> }[]
  options?: Option[]
  name_localizations?: Record<string, string>
  description_localizations?: Record<string, string>
}
type CommandBody = Option & { default_member_permissions?: string | null }

/** The list of commands as it is registered. */
export function commandFaults(commands: CommandBody[]): string[] {
  const kinds = [1, 2, 3].map((kind) => commands.filter(({ type = 1 }) => type === kind))
  const faults = kinds.flatMap((same) => duplicates(same.map(({ name }) => name)).map((name) => `${name} twice`))
  if ((kinds[0]?.length ?? 0) > 100 || (kinds[1]?.length ?? 0) > 15 || (kinds[2]?.length ?? 0) > 15)
    faults.push('too many commands')
  for (const command of commands) {
    const isChat = (command.type ?? 1) === 1
    if (isChat) faults.push(...optionFaults(command, command.name, 0))
    else if (command.description) faults.push(`${command.name}: a description on a menu entry`)
    if (!isChat && (command.name.length === 0 || command.name.length > 32)) faults.push(`${command.name}: name`)
    if (size(command) > 8000) faults.push(`${command.name}: ${size(command)} characters in all`)
  }
  return faults
}

function optionFaults(option: Option, path: string, depth: number): string[] {
  const faults: string[] = []
  const { options = [], choices = [], description = '' } = option
  if (!/^[-_'\p{L}\p{N}]{1,32}$/u.test(option.name) || option.name !== option.name.toLowerCase()) faults.push('name')
  if (description.length === 0 || description.length > 100) faults.push(`description of ${description.length}`)
  if (options.length > 25 || choices.length > 25) faults.push('more than 25 options or choices')
  if (choices.length > 0 && option.autocomplete) faults.push('choices beside autocomplete')
  if (choices.some(({ name, value }) => !name || name.length > 100 || String(value).length > 100)) faults.push('choice')
  if (depth > 2) faults.push('nested too deep')
  const firstOptional = options.findIndex((one) => one.type > 2 && !one.required)
  if (firstOptional >= 0 && options.slice(firstOptional).some((one) => one.required))
    faults.push('required after optional')
  faults.push(...duplicates(options.map(({ name }) => name)).map((name) => `option ${name} twice`))
  for (const [locale, text] of Object.entries(option.description_localizations ?? {}))
    if (!LOCALES.has(locale) || text.length === 0 || text.length > 100) faults.push(`description in ${locale}`)
  for (const [locale, text] of Object.entries(option.name_localizations ?? {}))
    if (!LOCALES.has(locale) || !/^[-_'\p{L}\p{N}]{1,32}$/u.test(text)) faults.push(`name in ${locale}`)
  return [
    ...faults.map((fault) => `${path}: ${fault}`),
    ...options.flatMap((one) => optionFaults(one, `${path} ${one.name}`, depth + 1)),
  ]
}

/** Names, descriptions and values, the longest language of each counting. */
function size({ name, description = '', choices = [], options = [], ...rest }: Option): number {
  const longest = (text: string, others: Record<string, string> = {}) =>
    Math.max(text.length, ...Object.values(others).map((other) => other.length))
  return (
    longest(name, rest.name_localizations) +
    longest(description, rest.description_localizations) +
    choices.reduce((sum, one) => sum + longest(one.name, one.name_localizations) + String(one.value).length, 0) +
    options.reduce((sum, one) => sum + size(one), 0)
  )
}

/** The first response to an interaction. */
export function callbackFaults(body: { type: number; data?: Json }, files: string[]): string[] {
  const data = (body.data ?? {}) as Json & object
  if (body.type === 4 || body.type === 7) return messageFaults(data as MessageBody, files, body.type === 7)
  if (body.type === 8) {
    const { choices = [] } = data as { choices?: { name: string; value: string | number }[] }
    const bad = choices.some(({ name, value }) => !name || name.length > 100 || String(value).length > 100)
    return [...(choices.length > 25 ? ['more than 25 suggestions'] : []), ...(bad ? ['a suggestion past 100'] : [])]
  }
  if (body.type === 9) {
    const { title = '', components = [] } = data as { title?: string; components?: Part[] }
    const faults = components.length === 0 || components.length > 5 ? [`${components.length} parts in a form`] : []
    if (title.length === 0 || title.length > 45) faults.push(`form title of ${title.length}`)
    return faults
  }
  return []
}

const duplicates = (values: string[]) => values.filter((value, i) => values.indexOf(value) !== i)
