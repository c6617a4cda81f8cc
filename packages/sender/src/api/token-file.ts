import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { type Clock, type Logger, StartupError } from '@mailprovider/process';

/** How long a token that was replaced may still be used, and a new one not yet. */
const CHECK_INTERVAL_MS = 1_000;
/** A token has to fit into the headers of a request, of which Node reads 16 KiB. */
const MAX_TOKEN_BYTES = 8 * 1024;
/** What a Bearer credential may consist of (RFC 6750 section 2.1). */
const TOKEN = /^[\w.~+/-]+=*$/;

export interface TokenFileDeps {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** What a file is known by: a Secret's volume swaps it, an editor may keep its size. */
async function versionOf(path: string): Promise<string> {
  const { ino, size, mtimeMs } = await stat(path);
  return `${ino}:${size}:${mtimeMs}`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
}

/** The token's digest, or what is wrong with the file; never what is in it. */
async function readToken(path: string): Promise<Buffer | { readonly fault: string }> {
  try {
    const content = await readFile(path, 'utf8');
    const token = content.replace(/\r?\n$/, '');
    if (token === '') return { fault: 'is empty; write a token into it' };
    if (token.length > MAX_TOKEN_BYTES || !TOKEN.test(token)) {
      return { fault: 'must hold one line with a token of letters, digits and -._~+/=' };
    }
    return sha256(token);
  } catch (error) {
    return { fault: `cannot be read (${codeOf(error)})` };
  }
}

/**
 * The token that a file holds, without its final newline, and followed as the file changes.
 *
 * A file that vanishes or is spoilt leaves the token that was last read.
 */
export class TokenFile {
  readonly #path: string;
  readonly #deps: TokenFileDeps;
  #digest: Buffer;
  #version: string | undefined;
  #checkedAtMs: number;
  #check: Promise<void> | undefined;

  private constructor(path: string, deps: TokenFileDeps, digest: Buffer, version: string) {
    this.#path = path;
    this.#deps = deps;
    this.#digest = digest;
    this.#version = version;
    this.#checkedAtMs = deps.clock.monotonicMs();
  }

  /** Throws `StartupError` naming the flag if the file holds no token. */
  static async open(path: string, deps: TokenFileDeps): Promise<TokenFile> {
    const version = await versionOf(path).catch(() => '');
    const read = await readToken(path);
    if (!Buffer.isBuffer(read)) throw new StartupError(`--token-file: ${path} ${read.fault}`);
    return new TokenFile(path, deps, read, version);
  }

  /** SHA-256 of the token, at most a second old. */
  digest(): Buffer | Promise<Buffer> {
    const now = this.#deps.clock.monotonicMs();
    if (this.#check === undefined) {
      if (now - this.#checkedAtMs < CHECK_INTERVAL_MS) return this.#digest;
      this.#checkedAtMs = now;
      this.#check = this.#refresh().finally(() => {
        this.#check = undefined;
      });
    }
    return this.#check.then(() => this.#digest);
  }

  async #refresh(): Promise<void> {
    const version = await versionOf(this.#path).catch(() => undefined);
    if (version === this.#version) return;
    const read = await readToken(this.#path);
    this.#version = version;
    const { logger } = this.#deps;
    if (Buffer.isBuffer(read)) {
      if (!read.equals(this.#digest)) logger.info({ file: this.#path }, 'took the new token');
      this.#digest = read;
      return;
    }
    logger.warn({ file: this.#path, fault: read.fault }, 'kept the last token that was read');
  }
}
