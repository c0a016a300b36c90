/** What tells a name from the common word it also is, apart from grammar. Our own knowledge of English, by word. */
export type Lore = {
  /** Words of the common word's world: one of them near makes the name less likely. */
  world?: RegExp
  /** What follows the common word and not the name. */
  follows?: RegExp
  /** It is a verb too: “hackers target hospitals”. */
  verb?: true
  /** It is an adjective too: “to stay anonymous”. */
  adjective?: true
  /** With an article it is a place. */
  place?: true
}

const among = (words: string): RegExp => new RegExp(`^(?:${words.trim().replaceAll(/\s+/g, '|')})$`)

const LORE: Record<string, Lore> = {
  anonymous: { adjective: true, world: among('alcoholics gamblers narcotics overeaters poem hymn unsigned undated') },
  amazon: {
    place: true,
    world: among('river rainforest basin jungle forest tribe tribes deforestation delta brazil peru canoe'),
  },
  apple: {
    world: among(
      'fruit fruits pear pears plum plums cider orchard orchards juice pie pies crumble peel worm harvest bake baked ripe banana bananas farm eve',
    ),
    follows: among(
      'pie pies juice tree trees cider sauce grower growers harvest orchard orchards picking blossom core crumble tart tarts crisp peel',
    ),
  },
  cook: { verb: true, world: among('kitchen oven recipe chef meal') },
  delta: { place: true, world: among('river marsh estuary mouth variant') },
  fox: { world: among('den hen hens hunt hounds vixen cubs fur chickens') },
  ghost: { world: among('haunted spooky castle spirit seance grave spectre halloween') },
  guardian: { world: among('legal angel parent ward child court-appointed') },
  hill: {
    world: among('climb climbed slope steep summit sheep cyclists cycled walked sledge sledges muddy icy valley'),
  },
  mark: { verb: true },
  meta: {
    adjective: true,
    follows: among('analysis analyses tag tags joke jokes description descriptions game level humour humor fiction'),
    world: among('trials html metadata tags'),
  },
  orange: {
    world: among('juice peel fruit fruits lemon lemons squeeze squeezed vest vests paint yellow'),
    follows: among('juice peel trees vests light'),
  },
  oracle: { world: among('delphi temple prophecy prophecies priestess omaha myth seer') },
  page: { world: among('book printed column') },
  prince: {
    world: among(
      'royal queen king palace throne princess castle coronation duke duchess frog heir kingdom sultan highness singer musician album guitar guitarist funk paisley purple concert songs',
    ),
  },
  register: {
    verb: true,
    world: among('births marriages electoral parish cash till wedding voters deeds attendance baptism'),
    follows: among('office entry entries offices here now early online'),
  },
  shell: {
    verb: true,
    world: among('snail snails beach crab crabs artillery mortar sea turtle tortoise egg eggs walnut'),
    follows: among('companies company fragments casings suit shock'),
  },
  sky: { world: among('clouds blue stars rain sunset') },
  square: {
    verb: true,
    world: among('triangle town market miles metres feet root'),
    follows: among('metres meters feet miles root brackets one'),
  },
  target: {
    verb: true,
    world: among('archer archers arrow arrows bullseye shooter rifle shooting dart darts'),
    follows: among(
      'practice price prices date dates audience audiences range list market group language rate rates figure area areas',
    ),
  },
  visa: {
    follows: among('application applications applicants rules fees office interview waiver holders'),
    world: among('embassy border consulate passport passports overstayed student'),
  },
}

/** @param word in lower case */
export const loreOf = (word: string): Lore => LORE[word] ?? {}

/** What a company or an outlet has: behind its name these leave it a name. */
export const BELONGS = among(`
  users customers shares stock shareholders investors employees workers staff drivers staffers store stores shoppers
  executive executives exec execs lawyer lawyers engineer engineers developer developers manager managers spokesman
  spokeswoman spokesperson boss bosses chief ceo founder co board products phone phones device devices app apps headset
  headsets server servers profits revenue earnings cardholders warehouse warehouses headquarters campus lawsuit layoffs
  subscribers viewers reporter reporters journalist journalists editor editors newspaper interview website antitrust
`)

/** What a group has. */
export const GROUP_HAS = among(
  'hackers hacktivist hacktivists hacker members member activists collective affiliate affiliates splinter movement offshoot chapter cell cells supporters sympathizers video',
)

/** Lower-case nouns that lead in another bearer of a person's name: “the singer …”. */
export const OTHER_BEARER = among(
  'singer musician rapper star icon legend artist guitarist actor actress crown young little dear handsome frog footballer comedian poet philanthropist late',
)

/** “X-linked” is of X; “x-analysis” is a word of its own. */
export const JOINS = among(
  'linked backed owned style affiliated made run branded led related funded based friendly wide supporting inspired aligned hosted protected signed',
)
