import { createHmac, randomBytes } from 'node:crypto';
import { formatFieldErrors } from '@mailprovider/provider/field-error';
import { fieldErrorsOf } from '@mailprovider/provider/schema-issues';
import type { StoredSecret } from '@mailprovider/provider/secret';
import { z } from 'zod';

const BASE64 = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const secretSchema = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }).prefault({}),
  type: z.string().default('Opaque'),
  data: z.record(z.string(), z.string()).default({}),
  stringData: z.record(z.string(), z.string()).default({}),
});

/** Known to this process alone, so that a version tells nothing of the values. */
const VERSION_KEY = randomBytes(32);

function versionOf(content: object): string {
  return createHmac('sha256', VERSION_KEY).update(JSON.stringify(content)).digest('hex');
}

/** Reads a Secret as it is written (`stringData` wins over `data`), or says what is wrong, without values. */
export function decodeSecret(object: unknown): StoredSecret | string {
  const parsed = secretSchema.safeParse(object);
  if (!parsed.success) {
    const errors = fieldErrorsOf('', parsed.error.issues).map(({ path }) => ({
      kind: 'forbidden' as const,
      path: path.slice(1),
      detail: 'must be text; put the value in quotes',
    }));
    return formatFieldErrors(errors);
  }
  const { type, data, stringData, metadata } = parsed.data;
  const { annotations } = metadata;
  const broken = Object.keys(data).find((key) => !BASE64.test(data[key]?.replace(/\s/g, '') ?? ''));
  if (broken !== undefined) return `data.${broken}: must be base64; use stringData for plain text`;
  const encoded = Object.entries(stringData).map(
    ([key, value]) => [key, Buffer.from(value).toString('base64')] as const,
  );
  const content = { type, data: { ...data, ...Object.fromEntries(encoded) }, annotations };
  return { ...content, resourceVersion: versionOf(content) };
}
