// Says in plain words what `npm run demo` and `npm test` need, before anything else fails in words of its own.
const [major] = process.versions.node.split(".").map(Number);
if (major < 20) {
  console.error(`This needs Node.js 20 or newer with npm (it brings its own Node 24 then); this is ${process.version}.`);
  process.exit(2);
}
