import { PassThrough } from 'node:stream';
import { humanAge } from '@mailprovider/cli/view/age';
import { jsonView } from '@mailprovider/cli/view/json-view';
import { rowOf } from '@mailprovider/cli/view/row';
import { renderScreen, type Snapshot } from '@mailprovider/cli/view/screen';
import { renderTable } from '@mailprovider/cli/view/table';
import { decodeMailProvider } from '@mailprovider/provider/mail-provider';
import t from 'tap';

const now = new Date('2026-01-01T00:00:05Z');
const row = {
  name: 'relay',
  host: 'smtp.example.com',
  port: '587',
  default: 'true',
  ready: 'True',
  createdAt: new Date('2026-01-01T00:00:00Z'),
  healthy: 'True',
  reason: 'HealthCheckPassed',
  message: 'fine',
  lastSendError: '',
};

t.test('the table has the columns of kubectl and why it is so', async (t) => {
  t.equal(
    renderTable([row, { ...row, name: 'a', healthy: '', reason: 'Pending' }], now),
    [
      'NAME   HOST              PORT  DEFAULT  READY  AGE  HEALTHY  REASON',
      'relay  smtp.example.com  587   true     True   5s   True     HealthCheckPassed',
      'a      smtp.example.com  587   true     True   5s            Pending',
    ].join('\n'),
  );
});

t.test('ages are written as kubectl writes them', async (t) => {
  const second = 1_000;
  const minute = 60 * second;
  const hour = 60 * minute;
  const cases: [number, string][] = [
    [-5, '0s'],
    [119 * second, '119s'],
    [125 * second, '2m5s'],
    [5 * minute, '5m'],
    [12 * minute + 3 * second, '12m'],
    [3 * hour + 4 * minute, '3h4m'],
    [30 * hour, '30h'],
    [3 * 24 * hour + hour, '3d1h'],
    [30 * 24 * hour, '30d'],
  ];
  for (const [age, text] of cases) t.equal(humanAge(age), text);
});

function snapshot(fields: Partial<Snapshot>): Snapshot {
  const metricsUrl = 'http://127.0.0.1:1/metrics';
  const lines = { mailbox: ['none'], sender: ['none'] };
  return { folder: 'dir', rows: [], problems: [], metricsUrl, ...lines, ...fields };
}

const ROOMY = { columns: 200, rows: 100 };

t.test('the screen says what is wrong, why, and two things to try', async (t) => {
  const failing = {
    ...row,
    ready: 'False',
    healthy: 'False',
    message: 'because',
    file: 'dir/f.yaml',
  };
  const text = renderScreen(
    snapshot({
      rows: [{ ...failing, warnings: ['careful'] }],
      problems: [{ file: 'dir/x.yaml', object: 'mailprovider "x"', message: 'no' }],
    }),
    now,
    ROOMY,
  );
  t.match(text, /Not ready:\n {2}relay: because\n/);
  t.match(text, /Refused:\n {2}dir\/x\.yaml: mailprovider "x" refused: no\n/);
  t.match(text, /Warnings:\n {2}relay: careful\n/);
  t.match(
    text,
    /1\. Fix dir\/x\.yaml and save it.*\n {2}2\. .*curl http:\/\/127\.0\.0\.1:1\/metrics\n$/,
  );
});

t.test('where a mail can be sent, the screen says how, and where to see it', async (t) => {
  const mailsUrl = 'http://127.0.0.1:2/v1/mails';
  const mailboxUrl = 'http://127.0.0.1:3/messages';
  const text = renderScreen(snapshot({ mailsUrl, mailboxUrl }), now, ROOMY);
  const command = / {2}2\. Send a mail: (curl [^\n]* \\\n {7}http:\/\/127\.0\.0\.1:2\/v1\/mails)\n/;
  t.match(text, command);
  t.match(text, / {2}3\. .*3\/messages\n/);
  const narrow = renderScreen(snapshot({ mailsUrl }), now, { columns: 80, rows: 100 });
  t.match(narrow, command, 'a command can be copied from 80 columns');
  t.match(text, /4\. Look at the metrics/);
});

t.test('why the last mail was not sent is said', async (t) => {
  const lastSendError = 'Timeout: no answer';
  const rows = [{ ...row, file: 'f.yaml', warnings: [], lastSendError }];
  const text = renderScreen(snapshot({ rows }), now, ROOMY);
  t.match(text, /Last mail not sent:\n {2}relay: Timeout: no answer\n/);
});

t.test('a small terminal shows the table and what to try next first', async (t) => {
  const rows = Array.from({ length: 5 }, (_, index) => ({
    ...row,
    name: `relay-${index}`,
    ready: 'False',
    healthy: 'False',
    message: 'because of something that takes a while to tell '.repeat(3),
    file: 'f.yaml',
    warnings: ['careful', 'very careful'],
  }));
  const text = renderScreen(snapshot({ rows }), now, { columns: 80, rows: 23 });
  t.ok(text.split('\n').length <= 23, 'it fits');
  t.match(text, /^NAME /);
  t.match(text, /2\. Look at the metrics/);
  t.match(text, /10 warnings; a larger terminal shows them\./);
  t.match(text, /1\. Fix "relay-0" in f\.yaml/);
});

t.test('what is wrong beside the providers comes first', async (t) => {
  const text = renderScreen(snapshot({ remedy: 'Free the port.' }), now, ROOMY);
  t.match(text, /1\. Free the port\.\n/);
});

t.test('an empty folder is said to be empty', async (t) => {
  t.match(renderScreen(snapshot({}), now, ROOMY), /^No MailProvider found in dir\./);
});

t.test('off a terminal there is one JSON line a change', async (t) => {
  const stream = new PassThrough({ encoding: 'utf8' });
  const view = jsonView(stream, () => now);
  const shown = () =>
    String(stream.read() ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  const relay = { ...row, file: 'f.yaml', warnings: [] };
  view.show(snapshot({ rows: [relay] }));
  t.match(shown(), [{ msg: 'serving' }, { msg: 'mailprovider', provider: 'relay', port: 587 }]);
  view.show(snapshot({ rows: [relay] }));
  t.strictSame(shown(), []);
  view.show(snapshot({ rows: [{ ...relay, healthy: 'False' }] }));
  t.match(shown(), [{ time: '2026-01-01T00:00:05.000Z', provider: 'relay', healthy: 'False' }]);
  view.show(snapshot({}));
  t.match(shown(), [{ msg: 'deleted', provider: 'relay' }]);
});

t.test('a row shows what kubectl shows, and the message of what is wrong', async (t) => {
  const condition = (type: string, status: string, reason: string) => ({
    type,
    status,
    reason,
    message: `message of ${type}`,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  });
  const rowFor = (...conditions: object[]) => {
    const provider = decodeMailProvider({ metadata: { name: 'p' }, status: { conditions } });
    return provider && rowOf(provider);
  };
  t.match(rowFor(), { ready: 'Unknown', healthy: 'Unknown', reason: 'Pending' });
  t.match(
    rowFor(
      condition('Ready', 'False', 'PasswordNotLoaded'),
      condition('Healthy', 'Unknown', 'PasswordNotLoaded'),
    ),
    {
      ready: 'False',
      healthy: 'Unknown',
      reason: 'PasswordNotLoaded',
      message: 'message of Ready',
    },
  );
  t.match(
    rowFor(
      condition('Ready', 'True', 'Configured'),
      condition('Healthy', 'True', 'HealthCheckPassed'),
    ),
    { ready: 'True', healthy: 'True', reason: 'HealthCheckPassed', message: 'message of Healthy' },
  );
});
