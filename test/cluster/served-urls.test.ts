import { servedUrls } from '@mailprovider/cluster/served-urls';
import t from 'tap';

t.test('the URL of each server is learnt from the line that says it serves', async (t) => {
  const log = [
    '{"level":"info","msg":"serving","server":"webhook","url":"https://127.0.0.1:1"}',
    'some other line',
    '{"level":"info","msg":"serving","server":"operations","url":"http://127.0.0.1:2"}',
    '',
  ];
  const urls = servedUrls(log.join('\n'));
  t.strictSame(
    [...urls],
    [
      ['webhook', 'https://127.0.0.1:1'],
      ['operations', 'http://127.0.0.1:2'],
    ],
  );
});

t.test('every other line is passed over', async (t) => {
  const log = [
    'serving webhook',
    '{"msg":"serving","server":"webhook","url"',
    '{"msg":"stopped","server":"webhook","url":"https://127.0.0.1:1"}',
    '{"msg":"serving","server":"webhook","url":1}',
    '{"msg":"serving"}',
    '["serving"]',
    'null',
  ];
  t.equal(servedUrls(log.join('\n')).size, 0);
});
