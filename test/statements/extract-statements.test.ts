import { describe, expect, test } from 'vitest'
import { anEntity, said, statementsOf } from '../support/reading.ts'

describe('a quotation', () => {
  test.each([
    ['named behind it', '“The lamps stay on,” Mira Sol said.', 'Mira Sol: The lamps stay on'],
    [
      'named behind it, verb first',
      '“The lamps stay on,” said Mira Sol, the harbour clerk.',
      'Mira Sol: The lamps stay on',
    ],
    ['named before it', 'Mira Sol said: “The lamps stay on.”', 'Mira Sol: The lamps stay on.'],
    [
      'with an apposition',
      '"The lamps stay on," Mira Sol, a clerk at the harbour, told The Gazette.',
      'Mira Sol: The lamps stay on',
    ],
    ['with a title', '“The lamps stay on,” Mr. Sol said.', 'Mr. Sol: The lamps stay on'],
    [
      'with initials and a bracket',
      '“The lamps stay on,” Rep. M. K. Sol (D-Ely.) said.',
      'Rep. M. K. Sol: The lamps stay on',
    ],
    [
      'signed with a dash',
      '“The lamps stay on whatever it costs.” ― Mira Sol',
      'Mira Sol: The lamps stay on whatever it costs.',
    ],
    ['by a nominal', '“The lamps stay on,” a clerk at the harbour said.', 'a clerk: The lamps stay on'],
    ['in straight doubled marks', "''The lamps stay on,'' Mira Sol said.", 'Mira Sol: The lamps stay on'],
    ['in guillemets', '«The lamps stay on», said Mira Sol.', 'Mira Sol: The lamps stay on'],
  ])('%s has its speaker', (_how, text, words) => {
    expect(said(text)).toEqual([words])
  })

  test('that is split gives two segments of one turn', () => {
    const found = statementsOf('“The lamps stay on,” Mira Sol added. “They always have.”')
    expect(found.map(({ content }) => content)).toEqual(['The lamps stay on', 'They always have.'])
    expect(new Set(found.map(({ turnId }) => turnId)).size).toBe(1)
    expect(found.map(({ speaker }) => speaker?.name)).toEqual(['Mira Sol', 'Mira Sol'])
  })

  test('before a sentence in which somebody else says something of their own goes on with its own speaker', () => {
    const text =
      '“The lamps stay on,” Mira Sol said. “Nobody sits in the dark.” The ferry guild denied that they cost much.'
    expect(said(text).slice(0, 2)).toEqual(['Mira Sol: The lamps stay on', 'Mira Sol: Nobody sits in the dark.'])
  })

  test('in a clause of its own has the subject of that clause', () => {
    const text =
      'Lamps have stood on the quay since 1911, and every winter the harbour office decides how long they burn.'
    expect(said(text)).toEqual(['the harbour office: how long they burn'])
  })

  test('that runs over paragraphs is one turn, its speaker named at the end', () => {
    const found = statementsOf(
      '“The lamps stay on. They always have.\n\n“And they will be paid for by those who asked,” Mira Sol said.',
    )
    expect(found.map(({ speaker }) => speaker?.name)).toEqual(['Mira Sol', 'Mira Sol'])
    expect(new Set(found.map(({ turnId }) => turnId)).size).toBe(1)
  })

  test('in the next paragraph goes on with the same speaker', () => {
    expect(said('“The lamps stay on,” Mira Sol said.\n\n“We have paid for the oil until spring, and longer.”')).toEqual(
      ['Mira Sol: The lamps stay on', 'Mira Sol: We have paid for the oil until spring, and longer.'],
    )
  })

  test('without marks behind “says:” is found', () => {
    const text =
      "The harbour's petition says:\n\nThe lamps stay on. Nobody was asked and nobody was told. Please act now."
    expect(said(text)).toEqual([
      "The harbour's petition: The lamps stay on. Nobody was asked and nobody was told. Please act now.",
    ])
  })

  test('inside another belongs to it', () => {
    expect(said('“She told me ‘the lamps stay on’ and left,” Mira Sol said.')).toEqual([
      'Mira Sol: She told me ‘the lamps stay on’ and left',
    ])
  })

  test.each([
    ['a title', 'They watched the film “The Lamps of Ely” twice.'],
    ['a scare quote', 'The so-called “lamps” are old jars.'],
    ['a nickname', 'The nickname “Lamp Mira” stuck to her.'],
  ])('that is %s is no statement', (_what, text) => {
    expect(said(text)).toEqual([])
  })
})

describe('indirect speech', () => {
  test.each([
    ['Mira Sol said that the lamps would stay on.', 'Mira Sol: the lamps would stay on'],
    ['Mira Sol said the lamps would stay on.', 'Mira Sol: the lamps would stay on'],
    ['According to Mira Sol, the lamps will stay on.', 'Mira Sol: the lamps will stay on'],
    ['The lamps will stay on, according to Mira Sol.', 'Mira Sol: The lamps will stay on'],
    ['The lamps will stay on, Mira Sol said.', 'Mira Sol: The lamps will stay on'],
    ['Mira Sol accused the council of hiding the bill.', 'Mira Sol: the council of hiding the bill'],
    ['The firm was accused by Mira Sol of hiding the bill.', 'Mira Sol: hiding the bill'],
    ['The firm has been criticised for hiding the bill.', '?: hiding the bill'],
    ['Mira Sol launched a petition to get the council to mend the bridge.', 'Mira Sol: mend the bridge'],
    ['The Lamp Society renewed its declaration of war on fog.', 'Lamp Society: war on fog'],
    ['Mira Sol accused the council of hiding the bill Getty Images', 'Mira Sol: the council of hiding the bill'],
    ['Mira Sol said the picture was first seen on YouTube', 'Mira Sol: the picture was first seen on YouTube'],
    ['The criticism includes claims that the bill is paid.', '?: the bill is paid'],
    ['The bill, by clerks who claim that it was paid, is lost.', 'clerks: it was paid, is lost'],
  ])('%s', (text, words) => {
    expect(said(text)).toContain(words)
  })

  test('with words in marks is mixed, and the words are not told twice', () => {
    const found = statementsOf('Mira Sol said the council had been “asleep at the wheel” for years.')
    expect(found.map(({ directness, content }) => [directness, content])).toEqual([
      ['mixed', 'the council had been “asleep at the wheel” for years'],
    ])
  })

  test('of two speakers in one sentence is two statements', () => {
    expect(said('Mira Sol claims that the bill is paid, however Tom Reke believes that it is lost.')).toEqual([
      'Mira Sol: the bill is paid',
      'Tom Reke: it is lost',
    ])
  })

  test.each([
    'The council has not responded to a request for comment.',
    'Mira Sol declined to comment.',
    'The Islamic state of the building is poor.',
    'A report on the lamps is due.',
  ])('is not found in “%s”', (text) => {
    expect(said(text).filter((one) => !/^Mira Sol: to comment/.test(one))).toEqual([])
  })
})

describe('a speaker', () => {
  const quayside = anEntity({ aliases: ['Quayside Lighting'], roles: ['company'], handles: ['quayside'] })
  const mira = anEntity({
    id: 'mira',
    name: 'Mira Sol',
    kind: 'person',
    aliases: ['Sol'],
    roles: ['chief executive', 'CEO'],
    relations: [{ type: 'spokesperson', of: 'quayside' }],
  })
  const both = [quayside, mira]

  test('who is tracked has the canonical name', () => {
    expect(said('Quayside Lighting said that it would pay.', both)).toEqual(['Quayside: it would pay'])
  })

  test('behind a role noun is whoever was named last', () => {
    expect(said('Quayside lit the pier. The company said that it would pay.', both)).toContain('Quayside: it would pay')
  })

  test('behind a pronoun is whoever spoke last', () => {
    expect(said('Mira Sol came back on Monday.\n\n“We will pay,” she told reporters.', both)).toEqual([
      'Mira Sol: We will pay',
    ])
  })

  test('who speaks for an organisation says so', () => {
    expect(statementsOf('“We will pay,” Mira Sol said.', both)[0]?.speaksFor).toEqual({
      name: 'Quayside',
      entityId: 'quayside',
    })
  })

  test('by role of an organisation is the person with that role', () => {
    expect(said("Quayside's CEO said that the bill was paid.", both)).toEqual(['Mira Sol: the bill was paid'])
  })

  test('who is a critic of a tracked entity is not that entity', () => {
    expect(statementsOf('A critic of Quayside said that the bill was not paid.', both)[0]?.speaker?.entityId).toBeNull()
  })

  test('of a post is its author, by handle', () => {
    const author = { name: 'Q', alternateName: 'Quayside', identifier: null, url: null }
    const [post] = statementsOf('The lamps are on.', both, {
      kind: 'post',
      author,
      published: '2026-03-02T10:00:00.123Z',
    })
    expect(post).toMatchObject({
      speaker: { name: 'Quayside' },
      medium: 'post',
      said: '2026-03-02T10:00:00.123Z',
      cue: null,
    })
  })
})

describe('provenance', () => {
  const dated = { published: '2026-03-05T09:00:00.000Z', publisher: 'The Gazette' }

  test('names the outlet that was told, for every segment of the turn', () => {
    const found = statementsOf('“The lamps stay on,” Mira Sol told Coast Radio. “They always have.”', [], dated)
    expect(found.map(({ reportedBy, medium }) => [reportedBy, medium])).toEqual([
      ['Coast Radio', 'interview'],
      ['Coast Radio', 'interview'],
    ])
  })

  test('calls “this newspaper” by its name', () => {
    expect(statementsOf('“The lamps stay on,” Mira Sol told this newspaper.', [], dated)[0]?.reportedBy).toBe(
      'The Gazette',
    )
  })

  test.each([
    ['on Monday', '2026-03-02'],
    ['late Wednesday', '2026-03-04'],
    ['yesterday', '2026-03-04'],
    ['in September', '2025-09'],
    ['in August 2013', '2013-08'],
  ])('resolves “%s” against the publication time', (when, day) => {
    expect(statementsOf(`“The lamps stay on,” Mira Sol said ${when}.`, [], dated)[0]?.said).toBe(day)
  })

  test('never guesses a day where the document has no date', () => {
    expect(statementsOf('“The lamps stay on,” Mira Sol said on Monday.', [], { published: null })[0]?.said).toBeNull()
    expect(statementsOf('“The lamps stay on,” Mira Sol said in August 2013.', [], { published: null })[0]?.said).toBe(
      '2013-08',
    )
  })
})

describe('figures', () => {
  test.each([
    ['almost 40 lamps', { value: 40, modifier: 'almost', counted: 'lamp' }],
    ['over 1,200 people', { value: 1200, modifier: 'over', unit: null }],
    ['12.5 percent', { value: 12.5, unit: 'percent' }],
    ['$3 million', { value: 3_000_000, unit: 'USD' }],
    ['34 were broken lamps', { value: 34, counted: 'lamp', modifier: null }],
    ['twelve masts', { value: 12, counted: 'mast' }],
  ])('“%s” is read', (words, figure) => {
    const [statement] = statementsOf(`Mira Sol said that there were ${words} in the port.`)
    expect(statement?.figures[0]).toMatchObject(figure)
  })

  test('leave years and addresses alone', () => {
    expect(statementsOf('Mira Sol said that the pier opened in 1987 at https://x.example/12345.')[0]?.figures).toEqual(
      [],
    )
  })
})

describe('a text in another language', () => {
  test('is left alone', () => {
    expect(
      said(
        'Der Bürgermeister sagte am Montag: „Die Lampen bleiben an.“ Er fügte hinzu, dass niemand gefragt worden sei, und ging.',
        [],
        { language: 'de' },
      ),
    ).toEqual([])
  })
})
