import { encodeProvider, isMailId, minuteOf, namesFor } from '@mailprovider/sender/jetstream/names';
import t from 'tap';
import { sampleMail } from '../store/sample-mail.ts';

t.test('names of providers become tokens of subjects, each another one', async (t) => {
  const label = 'x'.repeat(63);
  const long = [label, label, label, 'y'.repeat(61)].join('.');
  const providers = ['a', 'a.b', 'a-b', 'a.b-c', 'a-b.c', long, long.replace('yy', 'yz')];
  const tokens = providers.map(encodeProvider);
  t.equal(new Set(tokens).size, providers.length);
  for (const token of tokens) t.match(token, /^[a-z0-9_-]{1,170}$/);
  t.equal(encodeProvider('a.b-c'), 'a_b-c');
  t.equal(encodeProvider(encodeProvider(long)), encodeProvider(long));
});

t.test('no stream has a name that is too long', async (t) => {
  const names = namesFor('p'.repeat(60));
  t.ok(names.stream('x'.repeat(253)).length <= 255);
});

t.test('a record is kept under the minute in which its mail was accepted', async (t) => {
  const { id, acceptedAt } = sampleMail();
  t.equal(minuteOf(id), String(Math.floor(acceptedAt / 60_000)));
  t.equal(namesFor('p').record(id), `$KV.p-mails.mails.${minuteOf(id)}.${id}`);
});

t.test('only a UUID in lower case is the id of a mail', async (t) => {
  const { id } = sampleMail();
  t.equal(isMailId(id), true);
  for (const other of ['', '*', '>', id.toUpperCase(), `${id}.`, `${id}\n`, id.replace('-', '.')]) {
    t.equal(isMailId(other), false, other);
  }
});
