import { decodeStored, decodeToken, encodeToken } from '@mailprovider/sender/jetstream/token';
import t from 'tap';
import { sampleContent, sampleMail } from '../store/sample-mail.ts';

const stored = { format: 1, hop: 1, base: 0, chunks: 0, mail: sampleMail() } as const;

t.test('a message is read as it was written, with a content of its own', async (t) => {
  for (const size of [0, 1, 2_000]) {
    const message = encodeToken({ stored, content: sampleContent(size) });
    const token = decodeToken(message);
    message.fill(0);
    t.same(token?.stored, stored);
    t.same(Uint8Array.from(token?.content ?? [1]), sampleContent(size));
  }
});

t.test('what is no message of ours is nothing', async (t) => {
  const message = encodeToken({ stored, content: sampleContent(10) });
  const foreign = [
    new Uint8Array(),
    Buffer.from('abc'),
    Buffer.from('{"format":1}'),
    Buffer.from([0, 0, 0, 4, ...Buffer.from('null')]),
    Buffer.from([0, 0, 0, 2, ...Buffer.from('{}')]),
    Buffer.from([255, 255, 255, 255, 1]),
    message.subarray(0, 50),
    Buffer.from(
      Buffer.from(message).toString('latin1').replace('"format":1', '"format":2'),
      'latin1',
    ),
  ];
  for (const each of foreign) t.equal(decodeToken(each), undefined);
});

t.test('the revision of a record is that of its message', async (t) => {
  t.match(decodeStored(JSON.stringify(stored), 5), { mail: { revision: 5 } });
});
