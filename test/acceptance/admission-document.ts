import { GROUP, PLURAL } from '@mailprovider/provider/identity';
import {
  type AdmissionCase,
  DENIALS,
  FAULTLESS,
  FAULTY,
  SCHEMA_DENIALS,
  WARNINGS,
} from './admission-cases.ts';
import {
  CREATE,
  type DocumentCluster,
  DRY_RUN,
  type Kubectl,
  provider,
  SERVER_SIDE_APPLY,
  section,
} from './document-section.ts';
import { circleSections, keptCircleSection, passedOverSections } from './fallback-sections.ts';

const INTRODUCTION = `# What admission says

Every denial and warning of the webhook, as kubectl prints it. This file is written from the answers of a
real API server by \`npm run generate:admission\`; a test fails when it no longer says what they say.

All faults of an object come in one answer, each with the path of its field. A value is printed only where
it cannot be a password. Which fields there are, and their limits: [api.md](api.md).
`;

async function sections(kubectl: Kubectl, cases: readonly AdmissionCase[]): Promise<string[]> {
  const written: string[] = [];
  for (const { title, spec } of cases) {
    written.push(section(title, spec, await kubectl(DRY_RUN, provider('reports', spec))));
  }
  return written;
}

const asDefault = { default: true, ...FAULTLESS };

async function defaultSections(kubectl: Kubectl): Promise<string[]> {
  await kubectl(CREATE, provider('team-mail', asDefault));
  const second = await kubectl(DRY_RUN, provider('reports', asDefault));
  await kubectl(['delete', 'mailprovider', 'team-mail']);
  // No health process stamps the claim here, so it stands although its object is gone.
  const early = await kubectl(DRY_RUN, provider('reports', asDefault));
  return [
    section('A second default', asDefault, second),
    'Usually for less than a second: until the other one was seen stored. A write that fails after its\nadmission, such as a create of a name that exists, blocks for 90 s; the number is what is left of them.\n',
    section(
      'A default while another is becoming it',
      asDefault,
      early.replace(/in \d+ s/, 'in 90 s'),
    ),
  ];
}

async function secretSection(kubectl: Kubectl): Promise<string> {
  const editor = 'mailprovider-editor';
  const verbs = '--verb=get,list,create,update,patch,delete';
  await kubectl(['create', 'clusterrole', editor, verbs, `--resource=${PLURAL}.${GROUP}`]);
  await kubectl(['create', 'clusterrolebinding', editor, `--clusterrole=${editor}`, '--user=jane']);
  const output = await kubectl([...DRY_RUN, '--as=jane'], provider('reports', FAULTLESS));
  return section('A Secret that the user may not read', FAULTLESS, output);
}

async function keptSection({ kubectl, storeUnasked }: DocumentCluster): Promise<string> {
  await storeUnasked(provider('reports', FAULTY));
  const changed = { ...FAULTY, displayName: 'Reports' };
  const output = await kubectl(SERVER_SIDE_APPLY, provider('reports', changed));
  await kubectl(['delete', 'mailprovider', 'reports']);
  return section('A fault that the stored object has already', changed, output);
}

/** Writes the document from the answers of a cluster in which there is no MailProvider. */
export async function admissionDocument(cluster: DocumentCluster): Promise<string> {
  const { kubectl } = cluster;
  return [
    INTRODUCTION,
    '## Refused\n',
    ...(await sections(kubectl, DENIALS)),
    '## Refused: the default\n',
    ...(await defaultSections(kubectl)),
    '## Refused: a fallback\n',
    ...(await circleSections(cluster)),
    '## Refused: the Secret\n',
    'Only with `--check-secret-access`.\n',
    await secretSection(kubectl),
    '## Refused by the schema\n',
    'The API server checks the schema before it asks the webhook, in words of its own.\n',
    ...(await sections(kubectl, SCHEMA_DENIALS)),
    '## Allowed with a warning\n',
    ...(await sections(kubectl, WARNINGS)),
    ...(await passedOverSections(cluster)),
    await keptSection(cluster),
    await keptCircleSection(cluster),
  ].join('\n');
}
