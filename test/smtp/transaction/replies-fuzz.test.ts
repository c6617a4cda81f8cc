import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { heardLine, type Step, type Wire } from '../scripted-peer.ts';
import { settle } from './mail-server.ts';
import { converse, mailTo, sent } from './sending.ts';

const CONVERSATIONS = 400;
const TOGETHER = 40;

/** The codes by which a server answers one message, and where it cuts what it says. */
interface Answers {
  readonly mail: number;
  readonly rcpt: readonly number[];
  readonly data: number;
  readonly final: number;
  readonly cuts: readonly number[];
}

const mostly = (usual: number, ...others: readonly number[]) =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 6 }, fc.constantFrom(...others));

const answers: fc.Arbitrary<Answers> = fc.record({
  mail: mostly(250, 421, 451, 503, 550, 552, 354),
  rcpt: fc.array(mostly(250, 251, 421, 450, 503, 550, 552), { minLength: 1, maxLength: 6 }),
  data: mostly(354, 250, 421, 451, 503, 554),
  final: mostly(250, 421, 452, 503, 552, 554, 354),
  cuts: fc.array(fc.nat({ max: 150 }), { maxLength: 8 }),
});

const text = (code: number) => `${code}-2.0.0 one\r\n${code} 2.0.0 two\r\n`;

async function sayInPieces(wire: Wire, words: string, cuts: readonly number[]): Promise<void> {
  const ends = [...cuts.toSorted((a, b) => a - b), words.length];
  let start = 0;
  for (const end of ends) {
    if (end <= start) continue;
    wire.socket.write(words.slice(start, end));
    await settle();
    start = end;
  }
}

function codeFor(line: string, given: Answers, recipient: number): number | undefined {
  switch (line.slice(0, 4)) {
    case 'MAIL':
      return given.mail;
    case 'RCPT':
      return given.rcpt[recipient];
    case 'DATA':
      return given.data;
    case '.':
      return given.final;
    default:
      return undefined;
  }
}

/** Answers each command at once, or all those of an envelope when DATA is heard, in pieces. */
class Answering {
  readonly #given: Answers;
  readonly #atOnce: boolean;
  #recipients = 0;
  #unsaid = '';

  constructor(given: Answers, atOnce: boolean) {
    this.#given = given;
    this.#atOnce = atOnce;
  }

  readonly converse: Step = async (wire) => {
    wire.socket.setNoDelay(true);
    for (let line = await heardLine(wire); line !== undefined; line = await heardLine(wire)) {
      await this.#hear(line, wire);
    }
  };

  async #hear(line: string, wire: Wire): Promise<void> {
    const code = codeFor(line, this.#given, this.#recipients);
    if (code === undefined) return;
    this.#unsaid += text(code);
    if (line.startsWith('RCPT')) this.#recipients++;
    if (!this.#atOnce && /^(MAIL|RCPT)/.test(line)) return;
    await sayInPieces(wire, this.#unsaid, this.#atOnce ? [] : this.#given.cuts);
    this.#unsaid = '';
  }
}

async function results(t: Test, given: Answers, extensions: readonly string[]): Promise<string> {
  const steps = [new Answering(given, extensions.length === 0).converse];
  const { session, peer } = await converse(t, extensions, steps);
  const said = await sent(session, mailTo(given.rcpt.length));
  session.close();
  await peer.ended();
  return said.join('; ');
}

t.test('pipelining changes no result, however the replies come in', async (t) => {
  const seed = randomInt(2 ** 31);
  const samples = fc.sample(answers, { numRuns: CONVERSATIONS, seed });
  const endings = new Set<string>();
  for (let start = 0; start < samples.length; start += TOGETHER) {
    await Promise.all(
      samples.slice(start, start + TOGETHER).map(async (given) => {
        const expected = await results(t, given, []);
        const pipelined = await results(t, given, ['PIPELINING']);
        if (pipelined !== expected) t.equal(pipelined, expected, 'the same', { seed, given });
        const isTaken = given.final === 250 && expected.includes('delivered');
        if (expected.includes('delivered') && !isTaken) t.fail('delivered', { seed, given });
        for (const result of expected.split('; ')) endings.add(result.replace(/ \d+$/, ''));
      }),
    );
  }
  for (const end of [
    'delivered',
    'deferred mail ServiceUnavailable',
    'uncertain final ProtocolError',
  ]) {
    t.ok(endings.has(end), `some end as ${end}`);
  }
});
