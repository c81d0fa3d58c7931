// What `/metrics` says, in Prometheus's text form (version 0.0.4).

const SAMPLE = /^(\w+)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;
const ESCAPED = { "\\\\": "\\", '\\"': '"', "\\n": "\n" };

/**
 * Sums over its samples.
 *
 * @param {string} text
 * @returns {(name: string, where?: Record<string, string>) => number | null} of a metric's samples with these labels;
 *   null where it has none
 */
export function metrics(text) {
  const samples = text.split("\n").map((line) => SAMPLE.exec(line)).filter(Boolean).map(([, name, labels = "", value]) => {
    const pairs = [...labels.matchAll(LABEL)].map(([, label, said]) => [label, said.replace(/\\[\\"n]/g, (each) => ESCAPED[each])]);
    return { name, labels: Object.fromEntries(pairs), value: Number(value) };
  });
  return (name, where = {}) => {
    const wanted = Object.entries(where);
    const found = samples.filter((each) => each.name === name && wanted.every(([label, said]) => each.labels[label] === said));
    return found.length ? found.reduce((all, { value }) => all + value, 0) : null;
  };
}
