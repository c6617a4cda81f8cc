import { API_VERSION, KIND } from '@mailprovider/provider/identity';
import { stringify } from 'yaml';
import type { AdmissionCase } from './admission-cases.ts';

/** Runs kubectl with an object on its standard input; returns what people see. */
export type Kubectl = (args: readonly string[], input?: object) => Promise<string>;

/** What the document needs of a cluster beside kubectl. */
export interface DocumentCluster {
  readonly kubectl: Kubectl;
  /** Stores an object while no webhook is asked. */
  storeUnasked(object: object): Promise<void>;
}

export const CREATE = ['create', '-f', '-'];
export const DRY_RUN = ['create', '--dry-run=server', '-f', '-'];
export const SERVER_SIDE_APPLY = ['apply', '--server-side', '-f', '-'];

export function provider(name: string, spec: AdmissionCase['spec']) {
  return { apiVersion: API_VERSION, kind: KIND, metadata: { name }, spec };
}

/** A section of the document: what someone writes, and what people see of it. */
export function section(title: string, spec: AdmissionCase['spec'], output: string): string {
  return `### ${title}\n\n\`\`\`yaml\n${stringify({ spec })}\`\`\`\n\n\`\`\`text\n${output}\n\`\`\`\n`;
}
