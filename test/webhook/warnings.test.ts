import { boundedWarnings } from '@mailprovider/webhook/admission/warnings';
import fc from 'fast-check';
import t from 'tap';

const runes = (text: string) => [...text].length;

t.test('warnings pass as they are while they are few and short', async (t) => {
  t.strictSame(boundedWarnings(['a', 'b']), ['a', 'b']);
  t.strictSame(boundedWarnings([]), []);
});

t.test(
  'a control character becomes a space; an empty warning and a second one are left out',
  async (t) => {
    t.strictSame(boundedWarnings(['a\r\nb\tc\u0000\u0085', ' ', '\n', 'x', 'x ', 'x\u0007']), [
      'a b c',
      'x',
    ]);
  },
);

t.test('a long warning is cut, also in the middle of astral characters', async (t) => {
  const letter = '\u{1f4e7}';
  t.strictSame(boundedWarnings([letter.repeat(256)]), [letter.repeat(256)]);
  t.strictSame(boundedWarnings([letter.repeat(257)]), [`${letter.repeat(255)}…`]);
});

t.test('those that are too many are counted in a last one', async (t) => {
  const many = Array.from({ length: 40 }, (_, index) => `${index}`.padEnd(256, 'x'));
  const kept = boundedWarnings(many);
  t.strictSame(kept.slice(0, -1), many.slice(0, 15));
  t.equal(kept.at(-1), '25 more warnings are left out');
});

t.test('whatever the warnings are, the API server takes all of the result', async () => {
  const warning = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 600 }),
    fc.string({ unit: 'grapheme', maxLength: 600 }),
    fc.string({ minLength: 200, maxLength: 400 }),
  );
  fc.assert(
    fc.property(fc.array(warning, { maxLength: 60 }), (warnings) => {
      const result = boundedWarnings(warnings);
      const total = result.reduce((sum, line) => sum + runes(line), 0);
      return (
        total <= 4_096 &&
        result.every((line) => line !== '' && runes(line) <= 256 && !/\p{Cc}/u.test(line)) &&
        new Set(result).size === result.length
      );
    }),
  );
});
