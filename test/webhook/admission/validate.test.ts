import type { ClaimRequest } from '@mailprovider/provider/default/claim';
import type { FieldError } from '@mailprovider/provider/field-error';
import { decodeReview } from '@mailprovider/webhook/admission/review';
import { type ValidateDeps, validate } from '@mailprovider/webhook/admission/validate';
import t from 'tap';
import { minimalSpec, specWithCredentials } from '../../provider/minimal-spec.ts';
import { objectOf, reviewOf } from '../review.ts';

const context = { credentialsNamespace: 'mail' };
const deadline = { signal: new AbortController().signal };
const inTheWay: FieldError = { kind: 'forbidden', path: 'spec.default', detail: 'not now' };

/** Validates a review and records what was claimed, and whose fallbacks were asked about. */
async function judge(request: object, deps: Partial<ValidateDeps> = {}) {
  const claims: (ClaimRequest & { take: boolean })[] = [];
  const asked: string[] = [];
  const review = decodeReview(JSON.stringify(reviewOf({ ...request })));
  if (review.request === undefined) throw new Error('not a write of a provider');
  const judgement = validate(review.request, {
    context,
    claimDefault: async (claim, take) => {
      claims.push({ ...claim, take });
      return { outcome: 'taken' };
    },
    judgeFallbacks: async ({ name }) => {
      asked.push(name);
      return { errors: [], warnings: ['passed over'] };
    },
    ...deps,
  });
  const verdict = typeof judgement === 'function' ? await judgement(deadline) : judgement;
  return { message: undefined, ...verdict, claims, asked };
}

function withMetadata(spec: object, metadata: object) {
  return { ...objectOf(spec), metadata: { name: 'relay', ...metadata } };
}

const asDefault = () => ({ ...specWithCredentials(), default: true });
const broken = (port: number) => ({ ...minimalSpec(), smtp: { host: 'a b', port } });

t.test('a create claims the default by the uid of its object', async (t) => {
  const object = withMetadata(asDefault(), { uid: 'u1' });
  t.match(await judge({ object }), {
    allowed: true,
    claims: [{ holder: 'relay', uid: 'u1', operation: 'CREATE', resourceVersion: '', take: true }],
  });
});

t.test('an update claims the default by what it is written over', async (t) => {
  const oldObject = withMetadata(specWithCredentials(), { uid: 'u1', resourceVersion: '7' });
  const object = withMetadata(asDefault(), { uid: 'u1', resourceVersion: '7' });
  t.match(await judge({ operation: 'UPDATE', object, oldObject }), {
    claims: [{ uid: 'u1', operation: 'UPDATE', resourceVersion: '7', take: true }],
  });
});

t.test('whoever is the default already, or stays what it is, claims nothing', async (t) => {
  const oldObject = objectOf(asDefault());
  const object = objectOf({ ...asDefault(), displayName: 'changed' });
  t.strictSame((await judge({ operation: 'UPDATE', object, oldObject })).claims, []);
  t.strictSame((await judge({})).claims, []);
});

t.test('a dry run and a faulty object look and do not take', async (t) => {
  const object = objectOf(asDefault());
  t.match(await judge({ object, dryRun: true }), { allowed: true, claims: [{ take: false }] });
  const faulty = objectOf({ ...broken(25), default: true });
  t.match(await judge({ object: faulty }), { allowed: false, claims: [{ take: false }] });
});

t.test('every fault is told at once, that of the claim among them', async (t) => {
  const claimDefault = async () => ({ outcome: 'other_default', error: inTheWay }) as const;
  const object = objectOf({ ...broken(0), default: true });
  const { message } = await judge({ object }, { claimDefault });
  t.match(
    message,
    /^\[spec\.smtp\.host: .*, spec\.smtp\.port: .*, spec\.default: Forbidden: not now\]$/,
  );
});

t.test('a fault that was there before is a warning, a changed one is refused', async (t) => {
  const update = (spec: object, oldSpec: object) =>
    judge({ operation: 'UPDATE', object: objectOf(spec), oldObject: objectOf(oldSpec) });
  const kept = /^spec\.smtp\.host: Invalid value: "a b": .* \(kept from before\)$/;
  t.match(await update({ ...broken(25), displayName: 'x' }, broken(25)), {
    allowed: true,
    warnings: [kept],
  });
  t.match(await update(broken(0), broken(25)), { allowed: false, message: /^spec\.smtp\.port: / });
  t.match(await update(broken(25), minimalSpec()), { allowed: false });

  const unpaired = (username: string) => {
    const spec = minimalSpec();
    return { ...spec, smtp: { ...spec.smtp, username } };
  };
  t.match(await update(unpaired('a'), unpaired('a')), { allowed: true });
  t.match(await update(unpaired('b'), unpaired('a')), { allowed: false, message: /passwordRef/ });
});

t.test('an object that is being deleted is never blocked', async (t) => {
  const deleting = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['example.com/x'] };
  const oldObject = withMetadata(minimalSpec(), deleting);
  const object = withMetadata({ ...broken(0), default: true }, deleting);
  const verdict = await judge({ operation: 'UPDATE', object, oldObject });
  t.equal(verdict.allowed, true);
  t.strictSame(verdict.claims, []);
});

t.test('what is being deleted sends no Secret to where its writer may not', async (t) => {
  const deleting = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['example.com/x'] };
  const oldObject = withMetadata(minimalSpec(), deleting);
  const object = withMetadata(specWithCredentials(), deleting);
  const error: FieldError = { kind: 'forbidden', path: 'spec.smtp.passwordRef', detail: 'no' };
  const secretAccessError = async () => error;
  const verdict = await judge({ operation: 'UPDATE', object, oldObject }, { secretAccessError });
  t.equal(verdict.allowed, false);
});

t.test('the access check is asked about the user and both specs', async (t) => {
  const error: FieldError = { kind: 'forbidden', path: 'spec.smtp.passwordRef', detail: 'no' };
  const userInfo = { username: 'jane', groups: ['dev'] };
  const asked: unknown[] = [];
  const verdict = await judge(
    { userInfo },
    {
      secretAccessError: async (write, user) => {
        asked.push([write.oldSpec, user.username, user.groups]);
        return error;
      },
    },
  );
  t.match(verdict, { allowed: false, message: 'spec.smtp.passwordRef: Forbidden: no' });
  t.strictSame(asked, [[undefined, 'jane', ['dev']]]);
});

const withFallback = (...fallbacks: string[]) => ({ ...specWithCredentials(), fallbacks });

t.test('fallbacks that are set or changed are judged by the other providers', async (t) => {
  const object = withMetadata(withFallback('b'), {});
  t.match(await judge({ object }), { allowed: true, asked: ['relay'], warnings: ['passed over'] });
  const update = (spec: object, oldSpec: object) =>
    judge({ operation: 'UPDATE', object: objectOf(spec), oldObject: objectOf(oldSpec) });
  t.equal((await update(withFallback('b', 'c'), withFallback('b'))).asked.length, 1);
  const renamed = { ...withFallback('b'), displayName: 'x' };
  t.strictSame((await update(renamed, withFallback('b'))).asked, []);
  t.strictSame((await update(specWithCredentials(), withFallback('b'))).asked, []);
});

t.test(
  'a fallback that is refused stands among the other faults, and no default is taken',
  async (t) => {
    const error: FieldError = { kind: 'invalid', path: 'spec.fallbacks[0]', detail: 'no' };
    const judgeFallbacks = async () => ({ errors: [error], warnings: [] });
    const object = objectOf({ ...broken(25), default: true, fallbacks: ['b'] });
    t.match(await judge({ object }, { judgeFallbacks }), {
      allowed: false,
      message: /^\[spec\.smtp\.host: .*, spec\.fallbacks\[0\]: Invalid value: no\]$/,
      claims: [{ take: false }],
    });
    const faultless = objectOf({ ...asDefault(), fallbacks: ['b'] });
    t.match(await judge({ object: faultless }, { judgeFallbacks }), { claims: [{ take: false }] });
  },
);

t.test('what is being deleted may have any fallbacks', async (t) => {
  const deleting = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['example.com/x'] };
  const oldObject = withMetadata(minimalSpec(), deleting);
  const object = withMetadata(withFallback('b'), deleting);
  const { allowed, asked } = await judge({ operation: 'UPDATE', object, oldObject });
  t.strictSame({ allowed, asked }, { allowed: true, asked: [] });
});

t.test('a fault in a list that was there before is a warning', async (t) => {
  const update = (fallbacks: string[], oldFallbacks: string[]) =>
    judge({
      operation: 'UPDATE',
      object: objectOf({ ...withFallback(...fallbacks), displayName: 'x' }),
      oldObject: objectOf(withFallback(...oldFallbacks)),
    });
  const [tooLong, otherToo] = ['x'.repeat(254), 'y'.repeat(254)];
  t.match(await update(['b', tooLong], ['b', tooLong]), {
    allowed: true,
    warnings: [/\(kept from before\)$/],
  });
  t.match(await update(['b', otherToo], ['b', tooLong]), {
    allowed: false,
    message: /^spec\.fallbacks\[1\]: Too long/,
  });
});
