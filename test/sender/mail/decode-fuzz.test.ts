import { decodeSubmission } from '@mailprovider/sender/mail/decode-submission';
import { DEFAULT_SUBMISSION_LIMITS } from '@mailprovider/sender/mail/submission-limits';
import fc from 'fast-check';
import t from 'tap';
import { BREAKS, MAIL, singleLineFields, TRICKS } from './single-line-fields.ts';

function decode(field: object) {
  return decodeSubmission({ ...MAIL, ...field }, DEFAULT_SUBMISSION_LIMITS);
}

/** A valid value with tricks and breaks somewhere in it. */
const spoilt = (valid: string) =>
  fc
    .tuple(
      fc.nat(valid.length),
      fc.array(fc.oneof(fc.constantFrom(...BREAKS, ...TRICKS), fc.string({ unit: 'binary' }))),
    )
    .map(([at, parts]) => valid.slice(0, at) + parts.join('') + valid.slice(at));

t.test('has at least thirty fields of one line to try', async (t) => {
  t.ok(singleLineFields.length >= 30, String(singleLineFields.length));
  for (const [valid, put, read] of singleLineFields) {
    const decoded = decode(put(valid));
    t.equal(
      decoded.kind === 'decoded' && read(decoded.submission),
      valid,
      JSON.stringify(put('…')),
    );
  }
});

t.test('refuses what breaks a line, at each place of each field', async (t) => {
  const spoiltFields = singleLineFields.flatMap(([valid, put]) =>
    [...BREAKS, '\ud83d', '\udc00'].flatMap((broken) =>
      [0, 1, valid.length].map((at) => put(valid.slice(0, at) + broken + valid.slice(at))),
    ),
  );
  const taken = spoiltFields.filter((field) => decode(field).kind === 'decoded');
  t.equal(taken.length, 0, `of ${spoiltFields.length}`);
});

t.test('decodes each value unchanged, or refuses it', async (t) => {
  for (const [valid, put, read] of singleLineFields) {
    const property = fc.property(spoilt(valid), (value) => {
      const decoded = decode(put(value));
      if (decoded.kind === 'invalid') return decoded.problems.length > 0;
      const kept = read(decoded.submission);
      return (kept === value || (value === '' && kept === undefined)) && !/[\r\n\0]/.test(value);
    });
    t.doesNotThrow(() => fc.assert(property, { numRuns: 300 }), JSON.stringify(put('…')));
  }
});

t.test('takes any JSON without a fault, and only decodes what is a mail', async (t) => {
  const property = fc.property(fc.jsonValue(), fc.jsonValue(), (value, other) => {
    const keys = ['to', 'headers', 'attachments', 'subject', 'text', 'provider', '__proto__'];
    return [value, { [keys[0] ?? '']: value }, ...keys.map((key) => ({ ...MAIL, [key]: other }))]
      .map((input) => decodeSubmission(input, DEFAULT_SUBMISSION_LIMITS))
      .every((decoded) => decoded.kind === 'decoded' || decoded.problems.length > 0);
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 1_000 }));
});
