import { type AdmissionCase, FAULTLESS } from './admission-cases.ts';
import {
  CREATE,
  type DocumentCluster,
  DRY_RUN,
  provider,
  SERVER_SIDE_APPLY,
  section,
} from './document-section.ts';

function withFallbacks(...fallbacks: readonly string[]): AdmissionCase['spec'] {
  return { ...FAULTLESS, fallbacks };
}

const CIRCLE_PROSE = `\`backup\` has the fallback \`reports\` here. Only a write that sets or changes \`spec.fallbacks\` is judged by the other
providers; where they cannot be read, it is refused. Of two writes at once each may be admitted without the other, so a
circle can be stored all the same: a mail comes to each provider of it once.

A fallback decides who sends a mail, and not where a Secret goes, so it needs no right to read one, also with
\`--check-secret-access\`.
`;

/** Fallbacks that lead back to their provider. */
export async function circleSections({ kubectl }: DocumentCluster): Promise<string[]> {
  const itself = withFallbacks('reports');
  const toItself = await kubectl(DRY_RUN, provider('reports', itself));
  await kubectl(CREATE, provider('backup', withFallbacks('reports')));
  const round = withFallbacks('archive', 'backup');
  const toOther = await kubectl(DRY_RUN, provider('reports', round));
  await kubectl(['delete', 'mailprovider', 'backup']);
  return [
    section('A provider that is its own fallback', itself, toItself),
    section('A fallback that leads back', round, toOther),
    CIRCLE_PROSE,
  ];
}

/** Fallbacks that could not send as things are. */
export async function passedOverSections({ kubectl }: DocumentCluster): Promise<string[]> {
  const spec = withFallbacks('backup');
  const answer = () => kubectl(DRY_RUN, provider('reports', spec));
  const missing = await answer();
  await kubectl(CREATE, provider('backup', { disabled: true, ...FAULTLESS }));
  const disabled = await answer();
  const finalizers = (names: readonly string[]) =>
    kubectl([
      ...['patch', 'mailprovider', 'backup', '--type=merge'],
      ...['-p', JSON.stringify({ metadata: { finalizers: names } })],
    ]);
  await finalizers(['example.com/archived']);
  await kubectl(['delete', 'mailprovider', 'backup', '--wait=false']);
  const deleting = await answer();
  await finalizers([]);
  return [
    section('A fallback that does not exist', spec, missing),
    section('A fallback that is disabled', spec, disabled),
    section('A fallback that is being deleted', spec, deleting),
  ];
}

/** A circle that only a write without the webhook, or two at once, can store. */
export async function keptCircleSection(cluster: DocumentCluster): Promise<string> {
  const { kubectl, storeUnasked } = cluster;
  await kubectl(CREATE, provider('reports', withFallbacks('backup')));
  await storeUnasked(provider('backup', withFallbacks('reports')));
  const changed = withFallbacks('backup', 'archive');
  const output = await kubectl(SERVER_SIDE_APPLY, provider('reports', changed));
  await kubectl(['delete', 'mailprovider', 'reports', 'backup']);
  return section('A fallback that leads back already', changed, output);
}
