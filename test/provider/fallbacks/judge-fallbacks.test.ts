import { changesFallbacks, judgeFallbacks } from '@mailprovider/provider/fallbacks/judge-fallbacks';
import { formatFieldErrors } from '@mailprovider/provider/field-error';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import t from 'tap';
import { minimalSpec } from '../minimal-spec.ts';

function specWith(...fallbacks: readonly unknown[]) {
  return { ...minimalSpec(), fallbacks };
}

function stored(name: string, spec: unknown, metadata: object = {}): MailProvider {
  return {
    metadata: { name, uid: '', resourceVersion: '', generation: 1, ...metadata },
    spec,
  };
}

function judge(providers: readonly MailProvider[], spec: unknown, oldSpec?: unknown) {
  const { errors, warnings } = judgeFallbacks({ name: 'a', spec, oldSpec }, providers);
  return { message: errors.length === 0 ? '' : formatFieldErrors(errors), warnings };
}

t.test('a fallback that leads back is an error that names the whole circle', async (t) => {
  const providers = [
    stored('a', specWith('x')),
    stored('b', specWith('a')),
    stored('c', minimalSpec()),
    stored('d', specWith('c', 'b')),
  ];
  t.equal(
    judge(providers, specWith('c', 'b')).message,
    'spec.fallbacks[1]: Invalid value: "b": must not lead back to this provider: a -> b -> a',
  );
  t.equal(
    judge(providers, specWith('d')).message,
    'spec.fallbacks[0]: Invalid value: "d": must not lead back to this provider: a -> d -> b -> a',
  );
  t.equal(
    judge([], specWith('a')).message.replace(/^.*: /, ''),
    'a -> a',
    'itself, before it is stored',
  );
  t.match(judge(providers, specWith('a', 'b')).message, /^\[spec.*\[0\].*, spec.*\[1\].*\]$/);
});

t.test('the fallbacks of the write count, and not those it is written over', async (t) => {
  const providers = [stored('a', specWith('b')), stored('b', minimalSpec())];
  t.strictSame(judge(providers, specWith('b')), { message: '', warnings: [] });
});

t.test('a circle that the stored object is in already is a warning', async (t) => {
  const providers = [stored('b', specWith('a')), stored('c', specWith('a'))];
  const kept =
    'spec.fallbacks[1]: Invalid value: "b": must not lead back to this provider: a -> b -> a (kept from before)';
  t.strictSame(
    judge([stored('d', minimalSpec()), ...providers], specWith('d', 'b'), specWith('b')),
    {
      message: '',
      warnings: [kept],
    },
  );
  t.match(judge(providers, specWith('b', 'c'), specWith('b')), {
    message: /^spec\.fallbacks\[1\].* a -> c -> a$/,
    warnings: [/a -> b -> a \(kept from before\)$/],
  });
});

t.test('a fallback that could not send is a warning within the advised length', async (t) => {
  const providers = [
    stored('off', { ...minimalSpec(), disabled: true }),
    stored('going', minimalSpec(), { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    stored('nonsense', 'a string'),
    stored('well', minimalSpec()),
  ];
  const { message, warnings } = judge(
    providers,
    specWith('none', 'well', 'off', 'going', 'nonsense'),
  );
  t.equal(message, '');
  t.strictSame(warnings, [
    'spec.fallbacks[0]: MailProvider "none" does not exist; it is passed over until it does',
    'spec.fallbacks[2]: MailProvider "off" is disabled; it is passed over until it is enabled',
    'spec.fallbacks[3]: MailProvider "going" is being deleted; it is passed over',
  ]);
  for (const warning of warnings) t.ok(warning.length <= 120);
});

t.test('only a write that sets or changes fallbacks matters', async (t) => {
  const changes = (spec: unknown, oldSpec?: unknown) => changesFallbacks({ spec, oldSpec });
  t.equal(changes(specWith('b')), true);
  t.equal(changes(specWith('b', 'c'), specWith('b')), true);
  t.equal(changes(specWith('b', 'c'), specWith('c', 'b')), true);
  t.equal(changes({ ...specWith('b'), displayName: 'x' }, specWith('b')), false);
  t.equal(changes(minimalSpec(), specWith('b')), false);
  t.equal(changes(specWith(), undefined), false);
  for (const spec of [null, [], 'x', { fallbacks: 'b' }, specWith('b', 1)]) {
    t.equal(changes(spec), false, JSON.stringify(spec));
  }
});
