import type { Command } from 'commander'
import { NoticeList } from '../modules/notifications/schema.ts'
import { connectClient } from './client.ts'
import { print, printJson, table } from './output.ts'

/** What you were told. */
export function addNotices(program: Command) {
  program
    .command('notices')
    .description('what you were told and have not read')
    .option('--all', 'what you have read, too')
    .option('--read', 'mark all of it as read')
    .option('--json', 'print JSON')
    .action(notices)
}

async function notices(options: { all?: boolean; read?: boolean; json?: boolean }) {
  const client = await connectClient()
  const list = await client.get(`/notices?state=${options.all ? 'all' : 'unread'}`, NoticeList)
  if (options.json) printJson(list)
  else if (list.notices.length === 0) print('There is nothing to read.')
  else {
    print(
      table([
        ['TOLD', 'WHAT', 'WHERE'],
        ...list.notices.map(({ told_at, text, link }) => [told_at, text, `${client.url}${link}`]),
      ]),
    )
  }
  if (options.read) await client.post('/notices/read', NoticeList)
}
