// What unit tests need, in Node and in a browser: names, claims, and who failed.

export const failures = [];
export const names = [];

/** Claim that two values are alike, as JSON has them. */
export function equal(actual, expected) {
  const [a, b] = [actual, expected].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`expected ${b}, got ${a}`);
}

const isNode = typeof process !== "undefined" && process.versions?.node;
const run = isNode ? (await import("node:test")).test : (name, body) => {
  try {
    body();
  } catch (error) {
    failures.push(`${name}: ${error.message}`);
  }
};

/** State one fact. */
export function test(name, body) {
  names.push(name);
  run(name, body);
}
