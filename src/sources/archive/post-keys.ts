import type { Wanted } from './skim-json.ts'

/** Every key that the readers of posts look at. A key that one of them begins to read belongs here too. */
const TAGS: Wanted = { text: true, tag: true, indices: true, start: true, end: true }
const LINKS: Wanted = { url: true, expanded_url: true, indices: true, start: true, end: true }
const ENTITIES: Wanted = {
  user_mentions: { screen_name: true, indices: true },
  mentions: { username: true, start: true, end: true },
  hashtags: TAGS,
  cashtags: TAGS,
  symbols: TAGS,
  urls: LINKS,
  media: LINKS,
}
const EXTENDED: Wanted = { media: LINKS }
const USER: Wanted = { id: true, id_str: true, screen_name: true, name: true, username: true, displayname: true }
const SHORTENED: Wanted = { url: true, tcourl: true }

export const POST: Wanted = {
  id: true,
  id_str: true,
  created_at: true,
  text: true,
  full_text: true,
  truncated: true,
  lang: true,
  user: USER,
  entities: ENTITIES,
  extended_entities: EXTENDED,
  extended_tweet: { full_text: true, text: true, entities: ENTITIES, extended_entities: EXTENDED },
  in_reply_to_status_id: true,
  in_reply_to_status_id_str: true,
  quoted_status_id: true,
  quoted_status_id_str: true,
  retweeted_status: () => POST,
  quoted_status: () => POST,
  edit_info: true,
  edit_controls: true,
  edit_tweet_ids: true,
  // v2
  author_id: true,
  author: USER,
  conversation_id: true,
  public_metrics: {},
  edit_history_tweet_ids: true,
  referenced_tweets: () => REFERRED,
  note_tweet: { text: true, entities: ENTITIES },
  // snscrape
  url: true,
  date: true,
  content: true,
  rawContent: true,
  mentionedUsers: USER,
  cashtags: true,
  hashtags: true,
  links: SHORTENED,
  tcooutlinks: SHORTENED,
  inReplyToTweetId: true,
  inReplyToTweetUrl: true,
  retweetedTweet: () => POST,
  quotedTweet: () => POST,
}
/** What a flattened post refers to: only `type` and `id`, or the whole post. */
const REFERRED: Wanted = {
  type: true,
  id: true,
  text: true,
  created_at: true,
  lang: true,
  author_id: true,
  author: USER,
  entities: ENTITIES,
  note_tweet: { text: true, entities: ENTITIES },
  referenced_tweets: { type: true, id: true },
  edit_history_tweet_ids: true,
}
