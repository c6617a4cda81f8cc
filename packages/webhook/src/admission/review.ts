import { type Fields, isFields } from '@mailprovider/provider/fields';
import { GROUP, PLURAL } from '@mailprovider/provider/identity';
import { HttpError } from '../http-error.ts';

const API_VERSIONS = ['admission.k8s.io/v1', 'admission.k8s.io/v1beta1'] as const;
const OPERATIONS = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] as const;
/** A UUID has 36 characters; the uid is echoed, so it must not be of any length. */
const UID_MAX = 256;

export type ReviewApiVersion = (typeof API_VERSIONS)[number];
export type Operation = (typeof OPERATIONS)[number];

/** Who writes, as the API server authenticated it. */
export interface UserInfo {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** A create or an update of a MailProvider that the API server asks about. */
export interface AdmissionRequest {
  readonly uid: string;
  readonly operation: 'CREATE' | 'UPDATE';
  /** Empty while the API server has not generated one yet (`generateName`). */
  readonly name: string;
  /** Nothing may be written for such a request. */
  readonly dryRun: boolean;
  readonly userInfo: UserInfo;
  readonly object: Fields | undefined;
  readonly oldObject: Fields | undefined;
}

/** A decoded AdmissionReview; without `request` it is not about a write that we judge. */
export interface Review {
  readonly apiVersion: ReviewApiVersion;
  readonly uid: string;
  readonly operation: Operation;
  readonly request: AdmissionRequest | undefined;
}

function notReview(path: string): HttpError {
  return new HttpError(400, `the body is no AdmissionReview of admission.k8s.io: see ${path}`);
}

function parsed(body: string): unknown {
  if (body === '') throw new HttpError(400, 'the body is empty');
  try {
    return JSON.parse(body);
  } catch {
    // The parser's own message quotes the body.
    throw new HttpError(400, 'the body is not JSON');
  }
}

function fieldsOf(value: unknown, path: string): Fields {
  if (!isFields(value)) throw notReview(path);
  return value;
}

function optionalFields(value: unknown, path: string): Fields | undefined {
  return value === undefined || value === null ? undefined : fieldsOf(value, path);
}

function optionalString(value: unknown, path: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw notReview(path);
  return value;
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isStringLists(value: unknown): value is UserInfo['extra'] {
  return isFields(value) && Object.values(value).every(isStrings);
}

function decodeUserInfo(value: unknown): UserInfo {
  const path = 'request.userInfo';
  const { username, uid, groups, extra } = optionalFields(value, path) ?? {};
  const groupList = groups ?? [];
  if (!isStrings(groupList)) throw notReview(`${path}.groups`);
  const extraLists = extra ?? {};
  if (!isStringLists(extraLists)) throw notReview(`${path}.extra`);
  return {
    username: optionalString(username, `${path}.username`),
    uid: optionalString(uid, `${path}.uid`),
    groups: groupList,
    extra: extraLists,
  };
}

function nameOf(name: unknown, object: Fields | undefined): string {
  const requested = optionalString(name, 'request.name');
  if (requested !== '') return requested;
  const metadata = object?.['metadata'];
  const given = isFields(metadata) ? metadata['name'] : undefined;
  return typeof given === 'string' ? given : '';
}

function decodeUid(uid: unknown): string {
  if (typeof uid !== 'string' || uid === '' || uid.length > UID_MAX) throw notReview('request.uid');
  return uid;
}

/** Whether a request writes a MailProvider itself: not another resource, not a subresource. */
function writesProvider({ resource, subResource }: Fields): boolean {
  const { group, resource: plural } = fieldsOf(resource, 'request.resource');
  const isOurs = group === GROUP && plural === PLURAL;
  return isOurs && optionalString(subResource, 'request.subResource') === '';
}

function decodeRequest(request: Fields, uid: string, operation: Operation) {
  if (!writesProvider(request)) return undefined;
  if (operation === 'DELETE' || operation === 'CONNECT') return undefined;
  const object = optionalFields(request['object'], 'request.object');
  return {
    uid,
    operation,
    name: nameOf(request['name'], object),
    dryRun: request['dryRun'] === true,
    userInfo: decodeUserInfo(request['userInfo']),
    object,
    oldObject: optionalFields(request['oldObject'], 'request.oldObject'),
  };
}

/**
 * Reads an AdmissionReview of admission.k8s.io/v1 or v1beta1.
 *
 * Throws `HttpError` 400, which names the first field that is wrong. By hand, because every review
 * pays for it, also those that are not judged.
 */
export function decodeReview(body: string): Review {
  const review = fieldsOf(parsed(body), 'the body');
  const apiVersion = API_VERSIONS.find((version) => version === review['apiVersion']);
  if (apiVersion === undefined) throw notReview('apiVersion');
  if (review['kind'] !== 'AdmissionReview') throw notReview('kind');
  const request = fieldsOf(review['request'], 'request');
  const uid = decodeUid(request['uid']);
  const operation = OPERATIONS.find((known) => known === request['operation']);
  if (operation === undefined) throw notReview('request.operation');
  return { apiVersion, uid, operation, request: decodeRequest(request, uid, operation) };
}
