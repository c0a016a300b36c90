import type { Command, Component } from '../discord/command.ts'
import { approvalComponent } from './approvals.ts'
import { changeList, undoComponent } from './changes.ts'
import { claim, claimList } from './claim.ts'
import type { CommandContext } from './context.ts'
import { correctComponent, uncorrectComponent } from './corrections.ts'
import { digest, digestSearch } from './digest.ts'
import { emergingComponent } from './emerging.ts'
import { entity, entityList } from './entity.ts'
import { entryComponent, reportErrorComponent, reportList } from './entry.ts'
import { exportSaid } from './export.ts'
import { forget, forgetComponent } from './forget.ts'
import { help } from './help.ts'
import { type Lister, listComponent } from './lists.ts'
import { lookup, lookupMenu } from './lookup.ts'
import { trackComponent } from './own-claims.ts'
import { feedsComponent } from './own-sources.ts'
import { past, pastComponent } from './past.ts'
import { said, saidList, why } from './record.ts'
import { setup, setupComponent } from './setup.ts'
import { source, sourceList } from './source.ts'
import { status } from './status.ts'
import { subscribe, unsubscribe } from './subscribe.ts'
import { subscriptionList, subscriptions } from './subscriptions.ts'
import { pictureComponent, timeline } from './timeline.ts'
import { watch, watchList } from './watch.ts'
import { watchTest } from './watch-test.ts'

const LISTERS: Record<string, Lister> = {
  changes: changeList,
  claims: claimList,
  digests: digestSearch,
  entities: entityList,
  reports: reportList,
  said: saidList,
  sources: sourceList,
  subscriptions: subscriptionList,
  watch: watchList,
  'watch-test': watchTest,
}
const CURATED = ['changes', 'digests', 'subscriptions'] as const

/** Every command, and everything that a button of theirs does. */
export function allCommands(context: CommandContext): { commands: Command[]; components: Component[] } {
  const commands: Command[] = [
    ...[setup, subscribe, unsubscribe, subscriptions, watch, digest, status, forget].map((one) => one(context)),
    ...[lookup, lookupMenu, said, timeline, why, exportSaid, claim, entity, past, source].map((one) => one(context)),
    help(() => commands),
  ]
  return {
    commands,
    components: [
      listComponent(LISTERS, CURATED, context),
      undoComponent(context),
      setupComponent(context),
      entryComponent(context),
      pictureComponent(context),
      reportErrorComponent(context),
      forgetComponent(context),
      approvalComponent(context),
      correctComponent(context),
      uncorrectComponent(context),
      trackComponent(context),
      emergingComponent(context),
      feedsComponent(context),
      pastComponent(context),
    ],
  }
}
