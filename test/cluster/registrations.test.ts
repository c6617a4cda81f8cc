import { join } from 'node:path';
import { parseManifests, readManifests } from '@mailprovider/cluster/manifests';
import { redirectRegistration } from '@mailprovider/cluster/registrations';
import t from 'tap';

const endpoint = { url: 'https://127.0.0.1:41234', authorityPem: 'PEM' };
const REGISTRATION = `
kind: ValidatingWebhookConfiguration
metadata: { name: registration }
webhooks:
  - name: first.example.com
    clientConfig: { service: { name: s, namespace: n, path: /validate }, caBundle: b2xk }
    failurePolicy: Fail
  - name: second.example.com
    clientConfig: { service: { name: s, namespace: n } }
`;

function parse(text: string) {
  const [manifest] = parseManifests('test.yaml', text);
  if (manifest === undefined) throw new Error('no manifest');
  return manifest;
}

t.test('every webhook of a registration is redirected, and nothing else changes', async (t) => {
  const caBundle = Buffer.from('PEM').toString('base64');
  t.strictSame(redirectRegistration(parse(REGISTRATION), endpoint), {
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'registration' },
    webhooks: [
      {
        name: 'first.example.com',
        clientConfig: { url: 'https://127.0.0.1:41234/validate', caBundle },
        failurePolicy: 'Fail',
      },
      { name: 'second.example.com', clientConfig: { url: 'https://127.0.0.1:41234/', caBundle } },
    ],
  });
});

t.test('a webhook without a service is named', async (t) => {
  const registration = parse(REGISTRATION.replace('service: { name: s, namespace: n }', 'url: x'));
  t.throws(() => redirectRegistration(registration, endpoint), { message: /webhooks\[1\]/ });
});

t.test('both registrations of this repository can be redirected', async (t) => {
  const manifests = await readManifests(join(import.meta.dirname, '../../../manifests'));
  const urls = manifests.registrations.map((registration) => {
    const { kind, webhooks } = redirectRegistration(registration, endpoint);
    return [kind, JSON.stringify(webhooks).match(/"url":"([^"]*)"/)?.[1]];
  });
  t.strictSame(
    new Map(urls.map(([kind, url]) => [kind, url])),
    new Map([
      ['MutatingWebhookConfiguration', 'https://127.0.0.1:41234/mutate'],
      ['ValidatingWebhookConfiguration', 'https://127.0.0.1:41234/validate'],
    ]),
  );
});
