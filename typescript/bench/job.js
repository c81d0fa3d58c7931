// One client's work, measured in its own process: node bench/job.js STACK PORT CHUNKS. Prints JSON.
const [, , stack, port, chunks] = process.argv;
const url = `http://127.0.0.1:${port}`;
const ask = (model) => ({ model, messages: [{ role: "user", content: "Tell me about foxes." }] });

const STACKS = {
  async fetch() {
    const send = (model, stream) =>
      fetch(`${url}/v1/chat/completions`, { method: "POST", body: JSON.stringify({ ...ask(model), stream }) });
    return {
      create: async () => (await send("m", false)).json(),
      stream: async (model) => {
        for await (const _ of (await send(model, true)).body) {
        }
        return Number(chunks) + 1;
      },
    };
  },
  async "atoma-sdk"() {
    const { AtomaSDK } = await import("atoma-sdk");
    return atoma(new AtomaSDK({ serverURL: url, bearerAuth: "key" }).chat);
  },
  async "atoma-sdk-original"() {
    const { Chat } = await import("atoma-sdk-original/sdk/chat.js");
    return atoma(new Chat({ serverURL: url, bearerAuth: "key" }));
  },
  async openai() {
    const { default: OpenAI } = await import("openai");
    const { completions } = new OpenAI({ baseURL: `${url}/v1`, apiKey: "key" }).chat;
    return {
      create: () => completions.create(ask("m")),
      stream: async (model) => {
        let count = 0;
        for await (const chunk of await completions.create({ ...ask(model), stream: true })) {
          count += chunk.choices.length;
        }
        return count;
      },
    };
  },
};

function atoma(chat) {
  return {
    create: () => chat.create(ask("m")),
    stream: async (model) => {
      let count = 0;
      for await (const { data } of await chat.createStream(ask(model))) {
        count += data.choices.length;
      }
      return count;
    },
  };
}

/** Microseconds of CPU for one call, after as many that warm up. */
async function cost(times, call) {
  for (let warm = 0; warm < times; warm += 1) {
    await call();
  }
  const before = process.cpuUsage();
  for (let time = 0; time < times; time += 1) {
    await call();
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

const { create, stream } = await STACKS[stack]();
const result = {
  lost: Number(chunks) + 1 - (await stream("stream")),
  chunk: (await cost(20, () => stream("stream"))) / (Number(chunks) + 1),
  create: await cost(400, create),
  large: (await cost(3, () => stream("large"))) / 1000,
};
console.log(JSON.stringify(result));
process.exit(0);
