// ONNX Runtime's side of bench/compare, at its best settings. Prints what fer_side prints. PACKAGES holds node_modules.
//   ort_side.mjs PACKAGES infer MODEL.onnx HEIGHT,WIDTH,CHANNELS BATCH THREADS STEPS
//   ort_side.mjs PACKAGES outputs MODEL.onnx HEIGHT,WIDTH,CHANNELS FILE BATCH
//   ort_side.mjs PACKAGES version
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [packages, command, model, size, ...rest] = process.argv.slice(2);
const ort = createRequire(resolve(packages) + "/")("onnxruntime-node");

// The batch of fer_side, which numbers its values in (n, h, w, c) order, in ONNX's order (n, c, h, w).
function fixedPictures(batch) {
  const [h, w, c] = size.split(",").map(Number);
  const x = new Float32Array(batch * h * w * c);
  for (let i = 0; i < x.length; ++i) {
    const channel = i % c, cell = Math.floor(i / c) % (h * w), n = Math.floor(i / (c * h * w));
    x[(n * c + channel) * h * w + cell] = Math.fround(((i * 7919) % 1009) / 1009);
  }
  return new ort.Tensor("float32", x, [batch, c, h, w]);
}

function load(batch, threads) {
  return ort.InferenceSession.create(model, {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "all",
    executionMode: "sequential",
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    freeDimensionOverrides: { batch }, // known shapes let it plan memory ahead
    logSeverityLevel: 3,
  });
}

async function writeOutputs(file, batch) {
  const session = await load(batch, 1);
  const { y } = await session.run({ x: fixedPictures(batch) });
  writeFileSync(file, y.data);
}

async function timeInference(batch, threads, steps) {
  const session = await load(batch, threads);
  const feeds = { x: fixedPictures(batch) };
  for (let i = 0; i < 2; ++i) await session.run(feeds);
  const seconds = [];
  for (let i = 0; i < steps; ++i) {
    const begin = performance.now();
    await session.run(feeds);
    seconds.push(Number(((performance.now() - begin) / 1000).toFixed(6)));
  }
  const peak = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ what: "infer", seconds, peak_mib: Number(peak.toFixed(1)) }));
}

if (command === "version") console.log(ort.env.versions.node);
else if (command === "outputs") await writeOutputs(rest[0], Number(rest[1]));
else await timeInference(...rest.map(Number));
