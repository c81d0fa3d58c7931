"""How a client is asked, in the words that `observations/` have for it: what OpenAI's form has. Others say otherwise.

Each file of `askers/` has a subclass named `Client`. What a client has no words for raises `Lacks`.
"""

import inspect
import threading

KEY = "sk-planted-0123456789abcdef"
QUESTION = "Who is the best French painter, whispers Zebulon?"
MESSAGES = [{"role": "user", "content": QUESTION}]
TIME = 5.0
"""Seconds that a client is told to wait where time is not what is looked at."""


class Lacks(Exception):  # noqa: N818 - an outcome, not a failure
    """The client has no words for what is looked at; its text is the cell."""


class Asker:
    """A client like openai's; a subclass says what makes one.

    Attributes:
        library: the module with the classes `blocking` and `asynchronous`.
        root: what it cuts from an address that ends in `/v1`.
        null: what sends an explicit null; None where None does.
        packages: whose errors are its own.
        ambient: the variable of the environment that it reads a credential from.
    """

    blocking = None
    asynchronous = None
    root = ""
    null = None
    packages = ()
    ambient = "OPENAI_API_KEY"

    @property
    def package(self):
        """What it is installed as."""
        return self.packages[0].replace("_", "-")

    def arguments(self):
        """The parameters of a request that are arguments by their names."""
        return inspect.signature(self.client("http://127.0.0.1:9/v1").chat.completions.create).parameters

    def options(self, url, key=KEY, timeout=TIME, retries=0, **more):
        """The arguments of a client."""
        made = {"base_url": url.removesuffix(self.root), "max_retries": retries, "timeout": timeout} | more
        return {name: value for name, value in (made | {"api_key": key}).items() if value is not None}

    def client(self, url, **options):
        """A client of an address; `key`, `timeout` and `retries` are what they say, None leaves one to the client."""
        return self.blocking(**self.options(url, **options))

    def async_client(self, url, **options):
        """Its asynchronous twin."""
        return self.asynchronous(**self.options(url, **options))

    def spoken(self, fields):
        """The arguments of a call: `query`, `headers` and `body` are what goes with it beside its fields."""
        for ours, theirs in (("query", "extra_query"), ("headers", "extra_headers"), ("body", "extra_body")):
            if ours in fields:
                fields[theirs] = fields.pop(ours)
        return {"model": "m", "messages": MESSAGES} | fields

    def ask(self, client, **fields):
        """An answer in one piece."""
        return client.chat.completions.create(**self.spoken(fields))

    async def ask_later(self, client, **fields):
        """The same, awaited."""
        return await client.chat.completions.create(**self.spoken(fields))

    def stream(self, client, **fields):
        """An iterator over chunks."""
        return client.chat.completions.create(stream=True, **self.spoken(fields))

    async def stream_later(self, client, **fields):
        """An asynchronous one."""
        return await client.chat.completions.create(stream=True, **self.spoken(fields))

    def close(self, stream):
        """Leave a stream, from whichever thread."""
        if not hasattr(stream, "close"):
            raise Lacks("no: a stream has no `close`")
        stream.close()

    def quit(self, client):
        """Close a client, from whichever thread."""
        if not hasattr(client, "close"):
            raise Lacks("no: a client has no `close`")
        client.close()

    def without(self, url, name):
        """Ask with None for a parameter."""
        return self.ask(self.client(url), **{name: None})

    def limited(self, client, seconds):
        """Ask with a limit for this call."""
        return self.ask(client, timeout=seconds)

    def shown(self, client):
        """What a client looks like in a log or a traceback."""
        return repr(client) + str(client)

    def partial(self, error):
        """What an error says had arrived."""

    def used(self, stream):
        """How many tokens a stream says that it used, also where it was left."""
        return getattr(stream, "usage", None)

    def text(self, answer):
        """What was answered."""
        return answer.choices[0].message.content

    def finish(self, answer):
        """Why it finished."""
        return answer.choices[0].finish_reason

    def reasoning(self, answer):
        """The reasoning, by a field that the type of a message declares."""
        message = answer.choices[0].message
        for name in ("reasoning", "reasoning_content"):
            if name in type(message).model_fields:
                value = getattr(message, name)
                return getattr(value, "content", value)
        raise Lacks("no")

    def message(self, answer):
        """What goes back into a conversation."""
        return answer.choices[0].message

    def dump(self, answer):
        """All of an answer as JSON types."""
        return answer.model_dump()

    def identity(self, answer):
        """What to quote to the vendor's support."""
        return getattr(answer, "_request_id", None)

    def raw(self, client):
        """The headers and the bytes of an answer."""
        if not hasattr(client.chat.completions, "with_raw_response"):
            raise Lacks("no")
        found = client.chat.completions.with_raw_response.create(**self.spoken({}))
        return found.headers, found.content

    def refused(self, error):
        """The headers of the answer that an error was."""
        return error.response.headers

    def parse(self, client, kind):
        """An answer of a type; asked for once more where it is of another, if the client can be told to."""
        raise Lacks("no")

    def partials(self, client, kind):
        """What there is of an answer of a type, each time that more of it has arrived."""
        raise Lacks("no")

    def function(self, client, function):
        """Ask with a function of Python as a tool."""
        return self.ask(client, tools=[function])

    def talkative(self):
        """Have it log all that it can, beside `logging` at DEBUG."""

    def within(self, work, seconds):
        """Whether some work ends within so many seconds; what it raises is its end as well."""
        thread = threading.Thread(target=self.quietly, args=(work,), daemon=True)
        thread.start()
        thread.join(seconds)
        return not thread.is_alive()

    @staticmethod
    def quietly(work):
        """Do some work, and take what it raises for its end."""
        try:
            work()
        except Exception:  # noqa: BLE001 - it has ended, however
            return

    def own(self, error):
        """Whether an error is of the client's own kinds."""
        return type(error).__module__.partition(".")[0] in self.packages
