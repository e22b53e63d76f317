// compare.mjs FOLDER [PACKAGE]: runs the cases of onnx_cases through ONNX Runtime and compares its probabilities with
// libfer's. FOLDER/node_modules has PACKAGE: onnxruntime-node, or onnxruntime-web, which is WebAssembly.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {resolve} from 'node:path';

const TOLERANCE = 1e-5;
const BATCHES = [1, 4, 7, 32];  // of every size, again and again
const folder = resolve(process.argv[2]);
const runtime = process.argv[3] ?? 'onnxruntime-node';
const ort = createRequire(folder + '/')(runtime);
if (runtime === 'onnxruntime-web') ort.env.wasm.numThreads = 1;

function floats(name) {
  const bytes = readFileSync(`${folder}/${name}`);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

async function probabilities(session, pixels, faces, input) {
  const size = input.reduce((a, b) => a * b);
  const all = [];
  for (let done = 0, i = 0; done < faces; ++i) {
    const n = Math.min(BATCHES[i % BATCHES.length], faces - done);
    const batch = new ort.Tensor('float32', pixels.subarray(done * size, (done + n) * size), [n, ...input]);
    all.push(...(await session.run({input: batch})).probabilities.data);
    done += n;
  }
  return all;
}

let failed = false;
// (WebAssembly on one thread takes its time.)
const most = runtime === 'onnxruntime-web' ? 12 : Infinity;
for (const {name, faces: drawn, input, classes} of JSON.parse(readFileSync(`${folder}/cases.json`))) {
  const faces = Math.min(drawn, most);
  const session = await ort.InferenceSession.create(new Uint8Array(readFileSync(`${folder}/${name}.onnx`)));
  const found = await probabilities(session, floats(`${name}.pixels`), faces, input);
  await session.release();
  const all = floats(`${name}.probabilities`), expected = all.subarray(0, faces * classes);
  if (found.length !== expected.length || found.length !== faces * classes) {
    console.log(`${runtime}: ${name}: expected ${faces} x ${classes} probabilities, found ${found.length}`);
    process.exit(1);
  }
  let worst = 0;
  // How far a class's probability goes over all the drawn faces: were it nothing, the comparison would see nothing.
  let range = 0;
  for (let c = 0; c < classes; ++c) {
    const column = all.filter((_, i) => i % classes === c);
    range = Math.max(range, Math.max(...column) - Math.min(...column));
  }
  found.forEach((value, i) => {
    const difference = Math.abs(value - expected[i]);
    if (!(difference <= worst)) worst = difference;
  });
  const good = worst <= TOLERANCE && range > 100 * TOLERANCE;
  console.log(`${runtime}: ${name}: ${faces} faces, largest difference ${worst.toExponential(1)} (probabilities range over ${
      range.toFixed(3)})${good ? '' : ': FAILED'}`);
  failed ||= !good;
}
process.exit(failed ? 1 : 0);
