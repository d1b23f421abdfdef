// Builds the page into ../static; with --check it only tells whether what lies there is what the sources build to.
import {readFile, readdir, rm, writeFile, mkdir} from "node:fs/promises";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import {build} from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "static");
const SHIPPED = ["maplibre-gl", "uplot"];

async function bundles() {
  const made = await build({
    absWorkingDir: here,
    entryPoints: {
      page: "src/main.js", map: "src/map.js",
      worker: "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs", "page-style": "src/page.css",
    },
    bundle: true, format: "esm", minify: true, target: "es2022", write: false, outdir: "out", legalComments: "eof",
    external: ["/static/*"], logLevel: "warning", charset: "utf8",
  });
  const files = new Map();
  for (const file of made.outputFiles) files.set(file.path.split(/[\\/]/).pop().replace("page-style", "page"), file.contents);
  for (const name of ["index.html", "icon.svg"]) files.set(name, await readFile(join(here, name)));
  files.set("LICENSES.txt", await licences());
  return files;
}

// The licences of what is in the bundles: of the two libraries and of all they are made of.
async function licences() {
  const lock = JSON.parse(await readFile(join(here, "package-lock.json"), "utf8")).packages;
  const wanted = new Set();
  const visit = name => {
    const entry = lock[`node_modules/${name}`];
    if (!entry || wanted.has(name) || name.startsWith("@types/")) return;
    wanted.add(name);
    Object.keys(entry.dependencies ?? {}).forEach(visit);
  };
  SHIPPED.forEach(visit);
  const parts = [];
  for (const name of [...wanted].sort()) {
    const folder = join(here, "node_modules", name);
    const found = (await readdir(folder)).find(file => /^licen[cs]e/i.test(file));
    const text = found ? (await readFile(join(folder, found), "utf8")).trim() : "(its package holds no text of the licence)";
    parts.push(`${name} ${lock[`node_modules/${name}`].version} (${lock[`node_modules/${name}`].license})\n${"=".repeat(72)}\n${text}\n`);
  }
  return Buffer.from(parts.join("\n\n"), "utf8");
}

const files = await bundles();
if (process.argv.includes("--check")) {
  const there = new Set(await readdir(target).catch(() => []));
  const wrong = [];
  for (const [name, content] of files) {
    if (!there.delete(name) || !Buffer.from(content).equals(await readFile(join(target, name)))) wrong.push(name);
  }
  wrong.push(...there);
  if (wrong.length) {
    console.error(`not what the sources build to: ${wrong.sort().join(", ")}; run npm run build`);
    process.exit(1);
  }
} else {
  await rm(target, {recursive: true, force: true});
  await mkdir(target, {recursive: true});
  for (const [name, content] of files) await writeFile(join(target, name), content);
  for (const [name, content] of files) console.log(`${String(content.length).padStart(9)}  ${name}`);
}
