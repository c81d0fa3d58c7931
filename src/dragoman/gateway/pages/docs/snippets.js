// The same request as code, in the languages people would send it from. Text in, text out.

/** @typedef {(base: string, body: Record<string, unknown>) => string} Snippet */

/** @type {Record<string, Snippet>} */
export const SNIPPETS = { curl, Python: python, "Python, openai": openaiPython, "TypeScript, openai": typescript };

function curl(base, body) {
  const json = JSON.stringify(body, null, 2).replaceAll("'", "'\\''");
  const flags = body.stream ? "-N " : "";
  return `curl ${flags}${base}/chat/completions \\\n  -H 'content-type: application/json' \\\n  -d '${json}'`;
}

function python(base, body) {
  const { stream, stream_options: options, ...fields } = body;
  const asked = keywords(fields, "    ");
  const begin = `from dragoman import Dragoman\n\nwith Dragoman(${pythonic(base)}) as client:\n`;
  if (!stream) return `${begin}    completion = client.chat.create(\n${indented(asked)}    )\n    print(completion.text)`;
  // The usage is asked for without being told to, and kept out of the chunks.
  return [
    `${begin}    with client.chat.stream(\n${indented(asked)}    ) as stream:`,
    "        for chunk in stream:",
    '            print(chunk.text, end="", flush=True)',
    ...(options ? ["        print()", "        print(stream.usage)"] : []),
  ].join("\n");
}

function openaiPython(base, body) {
  const begin = `from openai import OpenAI\n\nclient = OpenAI(base_url=${pythonic(base)}, api_key="any")\n`;
  const call = (name) => `${begin}${name} = client.chat.completions.create(\n${keywords(body, "    ")})\n`;
  if (!body.stream) return `${call("completion")}print(completion.choices[0].message.content)`;
  return [
    `${call("stream")}for chunk in stream:`,
    "    for choice in chunk.choices:",
    '        print(choice.delta.content or "", end="", flush=True)',
  ].join("\n");
}

function typescript(base, body) {
  const asked = JSON.stringify(body, null, 2);
  const begin = `import OpenAI from "openai";\n\nconst client = new OpenAI({ baseURL: ${JSON.stringify(base)}, apiKey: "any" });\n`;
  const call = (name) => `${begin}const ${name} = await client.chat.completions.create(${asked});\n`;
  if (!body.stream) return `${call("completion")}console.log(completion.choices[0].message.content);`;
  return [
    `${call("stream")}for await (const chunk of stream) {`,
    '  process.stdout.write(chunk.choices[0]?.delta.content ?? "");',
    "}",
  ].join("\n");
}

/** Fields as the keyword arguments of a call, one a line. */
function keywords(fields, indent) {
  return Object.entries(fields).map(([name, value]) => `${indent}${name}=${pythonic(value)},\n`).join("");
}

function indented(lines) {
  return lines.replace(/^(?=.)/gm, "    ");
}

/** A JSON value as Python writes it; JSON's strings are Python's. */
function pythonic(value) {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return `[${value.map(pythonic).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  return `{${Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${pythonic(item)}`).join(", ")}}`;
}
