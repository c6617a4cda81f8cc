import { jsonLines } from '@mailprovider/kube/json-lines';
import t from 'tap';

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

t.test('lines are whole wherever the stream is cut, inside a character too', async (t) => {
  const documents = [{ name: 'käse' }, ['€', 1], 'x'];
  const text = documents.map((document) => `${JSON.stringify(document)}\n`).join('\n');
  for (let size = 1; size <= Buffer.byteLength(text); size += 1) {
    const found = [];
    for await (const document of jsonLines(inPieces(text, size))) found.push(document);
    t.strictSame(found, documents, `pieces of ${size} bytes`);
  }
});
