import { open } from 'node:fs/promises';
import { storeFault } from './store-failure.ts';

/**
 * What the header of an LMDB data file says. The file begins with two pages like it, written in
 * turn: a page header of 24 bytes, then what `struct MDB_meta` of lmdb 0.9.90 and later holds.
 */
interface Header {
  readonly pageBytes: number;
  readonly lastPage: bigint;
  readonly transaction: bigint;
  readonly roots: readonly bigint[];
}

const HEADER_BYTES = 168;
const META_PAGE = 0x08;
const MAGIC = 0xbeef_c0de;
const DATA_VERSION = 2;
const NO_ROOT = 0xffff_ffff_ffff_ffffn;

/**
 * Pages that may be missing at the end of a sound file: those that a transaction took and gave back
 * are not written. One that removes 200 mails gives back fewer than one per mail.
 */
const UNWRITTEN_PAGES = 256n;

/**
 * Sees to it that LMDB can open a file without overwriting it and without being killed by an access
 * beyond its end, which is what it does with a file that was cut off. A few missing pages are
 * appended as a hole. Returns the bytes that the file had. Throws `StoreCorrupt` and
 * `StoreVersionUnknown`.
 */
export async function checkDataFile(folder: string, path: string): Promise<number> {
  const damaged = (what: string) => storeFault('StoreCorrupt', folder, `${path}: ${what}`);
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    const first = decodeHeader(await readAt(0));
    const second = decodeHeader(await readAt(first.pageBytes));
    if (second.pageBytes !== first.pageBytes) throw damaged('its two headers contradict');
    const latest = first.transaction > second.transaction ? first : second;
    const pages = BigInt(Math.floor(size / latest.pageBytes));
    const beyond = latest.roots.some((root) => root !== NO_ROOT && (root < 2n || root >= pages));
    if (beyond || pages + UNWRITTEN_PAGES <= latest.lastPage) throw damaged('it was cut off');
    if (pages <= latest.lastPage) {
      await file.truncate(Number(latest.lastPage + 1n) * latest.pageBytes);
    }
    return size;
  } finally {
    await file.close();
  }

  async function readAt(position: number): Promise<Buffer> {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEADER_BYTES), { position });
    if (bytesRead < HEADER_BYTES) throw damaged('it was cut off');
    return buffer;
  }

  function decodeHeader(bytes: Buffer): Header {
    const isHeader = (bytes.readUInt16LE(18) & META_PAGE) !== 0 && bytes.readUInt32LE(24) === MAGIC;
    if (!isHeader) throw damaged('it has no header');
    const version = bytes.readUInt32LE(28) & 0xffff;
    if (version !== DATA_VERSION) {
      throw storeFault('StoreVersionUnknown', folder, `${path} has format ${version}`);
    }
    const header: Header = {
      pageBytes: bytes.readUInt32LE(48),
      roots: [bytes.readBigUInt64LE(88), bytes.readBigUInt64LE(136)],
      lastPage: bytes.readBigUInt64LE(144),
      transaction: bytes.readBigUInt64LE(152),
    };
    if (![4_096, 8_192, 16_384, 32_768, 65_536].includes(header.pageBytes)) {
      throw damaged('its page size is impossible');
    }
    return header;
  }
}
