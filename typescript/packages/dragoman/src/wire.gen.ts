// Written by `npm run generate` from spec/openapi.json: change that, not this.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Some of the request's tools. */
        AllowedToolSet: {
            /**
             * @description Whether the model may or has to call one of them.
             * @enum {string}
             */
            mode: "auto" | "required";
            /** @description Which. */
            tools: (components["schemas"]["NamedFunction"] | components["schemas"]["NamedCustom"])[];
        };
        /** @description Let the model choose among some of the request's tools only. */
        AllowedTools: {
            /**
             * @description `allowed_tools`.
             * @enum {string}
             */
            type: "allowed_tools";
            /** @description Which. */
            allowed_tools: components["schemas"]["AllowedToolSet"];
        };
        /** @description A remark on part of the message's text. */
        Annotation: {
            /** @description `url_citation`, or a kind of the vendor's own. */
            type?: string;
            /** @description Set when `type` is `url_citation`. */
            url_citation?: components["schemas"]["UrlCitation"] | null;
        };
        /** @description What the model said before. A completion's `message` fits here as it is. */
        AssistantMessage: {
            /**
             * @description `assistant`.
             * @enum {string}
             */
            role: "assistant";
            /** @description The text; needed unless the message has tool calls or a function call. */
            content?: string | (components["schemas"]["TextPart"] | components["schemas"]["RefusalPart"])[] | null;
            /** @description Tells participants of the same role apart. */
            name?: string | null;
            /** @description Why the model would not answer, in its own words. */
            refusal?: string | null;
            /** @description The tools it wanted called. */
            tool_calls?: (components["schemas"]["FunctionToolCall"] | components["schemas"]["CustomToolCall"])[] | null;
            /** @description The call in the older form. */
            function_call?: components["schemas"]["CalledFunction"] | null;
            /** @description The answer as sound, by its id. */
            audio?: components["schemas"]["SpokenReference"] | null;
            /** @description What it thought, for vendors that want it back. */
            reasoning_content?: string | null;
            /** @description Ask the model to go on from this text: Mistral's word, for the last message only. */
            prefix?: boolean | null;
        };
        /** @description More of the answer as sound. */
        AudioDelta: {
            /** @description What a later request may name to refer to this sound. */
            id?: string | null;
            /** @description The next piece of the sound, base64. */
            data?: string | null;
            /** @description The next piece of what is said. */
            transcript?: string | null;
            /** @description When the server forgets the id, in seconds since 1970. */
            expires_at?: number | null;
        };
        /** @description How the answer is to sound. */
        AudioOutput: {
            /** @description `wav`, `aac`, `mp3`, `flac`, `opus` or `pcm16`. */
            format: string;
            /** @description The voice's name, or one of your own. */
            voice: string | components["schemas"]["CustomVoice"];
        };
        /** @description Sound to listen to. */
        AudioPart: {
            /**
             * @description `input_audio`.
             * @enum {string}
             */
            type: "input_audio";
            /** @description The sound. */
            input_audio: components["schemas"]["InputAudio"];
            /** @description Whether a reusable beginning ends here. */
            prompt_cache_breakpoint?: components["schemas"]["CacheBreakpoint"] | null;
        };
        /** @description The end of what later requests will begin with too: the vendor may keep it in its prompt cache. */
        CacheBreakpoint: {
            /** @description `explicit`. */
            mode: string;
        };
        /** @description A custom tool the model called before. */
        CalledCustom: {
            /** @description Its name. */
            name: string;
            /** @description The input, as the model wrote it. */
            input: string;
        };
        /** @description A function the model called before. */
        CalledFunction: {
            /** @description Its name. */
            name: string;
            /** @description The arguments as JSON text, as the model wrote them. */
            arguments: string;
        };
        /** @description A request as it travels: the JSON body of `POST …/chat/completions`. */
        ChatRequest: {
            /** @description -2 to 2: lowers a token's likelihood by how often it has been used; default 0. */
            frequency_penalty?: number | null;
            /** @description -2 to 2: lowers a token's likelihood once it has been used; default 0. */
            presence_penalty?: number | null;
            /** @description Token id to a bias of -100 (never) to 100 (only this). */
            logit_bias?: {
                [key: string]: number;
            } | null;
            /** @description Whether to say how likely each token was; default false. */
            logprobs?: boolean | null;
            /** @description How many of the likeliest tokens to name at each place, 0 to 20; needs `logprobs`. */
            top_logprobs?: number | null;
            /** @description The most tokens to generate, reasoning included. */
            max_completion_tokens?: number | null;
            /** @description The same in the older spelling; `max_completion_tokens` wins where both are given. */
            max_tokens?: number | null;
            /** @description How many answers to generate, 1 to 128; default 1. */
            n?: number | null;
            /** @description `text`, `audio`, or both; default text. */
            modalities?: string[] | null;
            /** @description How the answer is to sound; needs `audio` among the modalities. */
            audio?: components["schemas"]["AudioOutput"] | null;
            /** @description Text that much of the answer will repeat. */
            prediction?: components["schemas"]["Prediction"] | null;
            /** @description Text, any JSON object, or JSON that matches a schema; default text. */
            response_format?: (components["schemas"]["TextFormat"] | components["schemas"]["JsonFormat"] | components["schemas"]["SchemaFormat"]) | null;
            /** @description The same seed, parameters and `system_fingerprint` give the same answer, as far as the server can. */
            seed?: number | null;
            /** @description `auto`, `default`, `flex`, `scale`, `priority`, `fast`, or the vendor's own. */
            service_tier?: string | null;
            /** @description Up to 4 texts at which to stop; they are not part of the answer. */
            stop?: string | string[] | null;
            /** @description Whether the vendor may keep the answer for later; default false. */
            store?: boolean | null;
            /** @description Up to 16 pairs to find a stored answer by. */
            metadata?: {
                [key: string]: string;
            } | null;
            /** @description What a stream carries beside the answer; only with `stream`. */
            stream_options?: components["schemas"]["StreamOptions"] | null;
            /** @description 0 (the likeliest token each time) to 2 (wild); default 1. */
            temperature?: number | null;
            /** @description Choose among the likeliest tokens that have this much probability together; default 1. */
            top_p?: number | null;
            /** @description Choose among this many of the likeliest tokens; 0, or -1 with some vendors, is all. Not OpenAI's. */
            top_k?: number | null;
            /** @description Choose among tokens at least this likely, measured against the likeliest. Not OpenAI's. */
            min_p?: number | null;
            /** @description What the model may call, at most 128. */
            tools?: (components["schemas"]["FunctionTool"] | components["schemas"]["CustomTool"])[] | null;
            /** @description Whether it calls one; default `auto` when there are tools. */
            tool_choice?: ("none" | "auto" | "required" | "any") | (components["schemas"]["NamedFunction"] | components["schemas"]["NamedCustom"] | components["schemas"]["AllowedTools"]) | null;
            /** @description Whether it may call several at once; default true. */
            parallel_tool_calls?: boolean | null;
            /** @description `tool_choice` in the older form. */
            function_call?: ("none" | "auto") | components["schemas"]["FunctionName"] | null;
            /** @description `tools` in the older form. */
            functions?: components["schemas"]["FunctionDefinition"][] | null;
            /** @description Who is asking, in your own terms, for the vendor to tell abuse. */
            user?: string | null;
            /** @description `none`, `minimal`, `low`, `medium`, `high`, `xhigh`, `max`, or the vendor's own. */
            reasoning_effort?: string | null;
            /** @description `low`, `medium` or `high`: how much to write; default medium. */
            verbosity?: string | null;
            /** @description Whether to put the vendor's own safety instruction first; Mistral's and Beezy's. */
            safe_prompt?: boolean | null;
            /** @description Lets the model search the web, where the vendor can. */
            web_search_options?: components["schemas"]["WebSearchOptions"] | null;
            /** @description Who is asking, as a stable hash, for the vendor to tell abuse. */
            safety_identifier?: string | null;
            /** @description Requests with the same key are likelier to share the prompt cache. */
            prompt_cache_key?: string | null;
            /** @description How long the prompt cache may keep this: `in_memory` or `24h`. */
            prompt_cache_retention?: string | null;
            /** @description More about the prompt cache. */
            prompt_cache_options?: components["schemas"]["PromptCacheOptions"] | null;
            /** @description Asks the vendor to judge the messages along the way. */
            moderation?: components["schemas"]["Moderation"] | null;
            /** @description The conversation so far, oldest first. */
            messages: (components["schemas"]["DeveloperMessage"] | components["schemas"]["SystemMessage"] | components["schemas"]["UserMessage"] | components["schemas"]["AssistantMessage"] | components["schemas"]["ToolMessage"] | components["schemas"]["FunctionMessage"])[];
            /** @description Which model to ask. */
            model: string;
            /** @description Whether to answer piece by piece as server-sent events; default false. */
            stream?: boolean | null;
        };
        /** @description One of the answers asked for with `n`. */
        Choice: {
            /** @description The answer. */
            message?: components["schemas"]["Message"];
            /** @description Its place among the choices. */
            index?: number;
            /** @description Why the model stopped: `stop`, `length`, `tool_calls`, `content_filter`, `function_call`, or the vendor's own. */
            finish_reason?: string | null;
            /** @description Log probabilities, when the request asked for them. */
            logprobs?: components["schemas"]["Logprobs"] | null;
        };
        /** @description One step of a streamed answer. */
        Chunk: {
            /** @description The server's name for the answer, the same in all its chunks. */
            id?: string;
            /** @description `chat.completion.chunk`. */
            object?: string;
            /** @description When the answer was begun, in seconds since 1970. */
            created?: number;
            /** @description Which model answers. */
            model?: string;
            /** @description What it adds to each choice; empty in the chunk that carries only the usage. */
            choices?: components["schemas"]["ChunkChoice"][];
            /** @description How many tokens the answer used: in one of the last chunks, where the request asked for it. */
            usage?: components["schemas"]["Usage"] | null;
            /** @description Why the server broke the answer off, as it says inside a stream; `Stream` raises it and gives it to nobody. */
            error?: unknown;
            /** @description Changes when the server's set-up does. */
            system_fingerprint?: string | null;
            /** @description The tier that serves the request. */
            service_tier?: string | null;
        };
        /** @description What a chunk adds to one of the answers asked for with `n`. */
        ChunkChoice: {
            /** @description Which of the answers. */
            index?: number;
            /** @description What it adds. */
            delta?: components["schemas"]["Delta"];
            /** @description Why the model stopped; set in the answer's last chunk only. */
            finish_reason?: string | null;
            /** @description Log probabilities of the delta's tokens, when the request asked for them. */
            logprobs?: components["schemas"]["Logprobs"] | null;
        };
        /** @description A finished answer. */
        Completion: {
            /** @description The server's name for this answer. */
            id?: string;
            /** @description `chat.completion`. */
            object?: string;
            /** @description When it was made, in seconds since 1970. */
            created?: number;
            /** @description Which model answered; often more exact than the name that was asked for. */
            model?: string;
            /** @description The answers: as many as the request's `n`, usually one. */
            choices?: components["schemas"]["Choice"][];
            /** @description How many tokens it used; None where the server did not say. */
            usage?: components["schemas"]["Usage"] | null;
            /** @description Changes when the server's set-up does, which is when `seed` stops giving the same answer. */
            system_fingerprint?: string | null;
            /** @description The tier that served the request. */
            service_tier?: string | null;
            /** @description What the request attached to be found by, where the server stores completions. */
            metadata?: {
                [key: string]: string;
            } | null;
        };
        /** @description What the answer's tokens were. */
        CompletionTokensDetails: {
            /** @description Tokens of reasoning, billed and perhaps not shown. */
            reasoning_tokens?: number | null;
            /** @description Tokens of sound. */
            audio_tokens?: number | null;
            /** @description Tokens of text. */
            text_tokens?: number | null;
            /** @description Tokens of the request's `prediction` that came true. */
            accepted_prediction_tokens?: number | null;
            /** @description Tokens of the request's `prediction` that did not, billed all the same. */
            rejected_prediction_tokens?: number | null;
        };
        /** @description Which custom tool the model wants called, with what. */
        CustomCall: {
            /** @description The tool's name, as the request's `tools` spell it. */
            name?: string;
            /** @description The input the model generated, free text. */
            input?: string;
        };
        /** @description More of a custom tool's call. */
        CustomCallDelta: {
            /** @description The tool's name; whole, in the call's first delta. */
            name?: string | null;
            /** @description The next piece of the input. */
            input?: string | null;
        };
        /** @description A tool that takes free text. */
        CustomDefinition: {
            /** @description The tool's name. */
            name: string;
            /** @description What it does. */
            description?: string | null;
            /** @description Any text, or what a grammar allows; default any. */
            format?: (components["schemas"]["TextInput"] | components["schemas"]["GrammarInput"]) | null;
        };
        /** @description A tool that takes free text instead of JSON. */
        CustomTool: {
            /**
             * @description `custom`.
             * @enum {string}
             */
            type: "custom";
            /** @description The tool. */
            custom: components["schemas"]["CustomDefinition"];
        };
        /** @description A call of a custom tool, in an assistant's message. */
        CustomToolCall: {
            /** @description What the answering message names. */
            id: string;
            /**
             * @description `custom`.
             * @enum {string}
             */
            type: "custom";
            /** @description The call. */
            custom: components["schemas"]["CalledCustom"];
        };
        /** @description A voice of your own. */
        CustomVoice: {
            /** @description Its id. */
            id: string;
        };
        /** @description What a chunk adds to one choice's message. */
        Delta: {
            /** @description `assistant`, in the first chunk. */
            role?: string | null;
            /** @description The next piece of the text. */
            content?: string | null;
            /** @description The next piece of the refusal. */
            refusal?: string | null;
            /** @description More of the tool calls. */
            tool_calls?: components["schemas"]["ToolCallDelta"][] | null;
            /** @description The next piece of the reasoning, where the vendor shows it. */
            reasoning_content?: string | null;
            /** @description The same under the name that OpenRouter, Groq and others give it. */
            reasoning?: string | null;
            /** @description More of the answer as sound. */
            audio?: components["schemas"]["AudioDelta"] | null;
            /** @description More of the call in the older form, where the request used `functions`. */
            function_call?: components["schemas"]["FunctionCallDelta"] | null;
        };
        /** @description What the developer tells the model to do, whatever users say. Newer models' word for `system`. */
        DeveloperMessage: {
            /**
             * @description `developer`.
             * @enum {string}
             */
            role: "developer";
            /** @description The instruction. */
            content: string | components["schemas"]["TextPart"][];
            /** @description Tells participants of the same role apart. */
            name?: string | null;
        };
        /** @description A request for embeddings. */
        EmbeddingRequest: {
            /** @description What to embed: a text, up to 2048 texts, the tokens of a text, or of up to 2048. None of them is empty. */
            input: string | string[] | number[] | number[][];
            /** @description The model to ask. */
            model: string;
            /** @description How the vectors are written; `float` where nothing is said. */
            encoding_format?: ("float" | "base64") | null;
            /** @description How many numbers a vector is to have, of models that can shorten theirs. */
            dimensions?: number | null;
            /** @description Who asks, for the vendor's abuse monitoring. */
            user?: string | null;
        };
        /** @description A fault in OpenAI's form: the body that the gateway answers with. */
        FaultBody: {
            /** @description What went wrong. */
            error: components["schemas"]["FaultFields"];
        };
        /** @description The four fields of OpenAI's error object, each present, null where there is nothing to say. */
        FaultFields: {
            /** @description One sentence. */
            message: string;
            /** @description The class of error: `invalid_request_error`, `server_error`, … */
            type: string;
            /** @description The request parameter at fault, as a path. */
            param: string | null;
            /** @description The code programs test for. */
            code: string | null;
        };
        /** @description A file to read. */
        FilePart: {
            /**
             * @description `file`.
             * @enum {string}
             */
            type: "file";
            /** @description The file. */
            file: components["schemas"]["InputFile"];
            /** @description Whether a reusable beginning ends here. */
            prompt_cache_breakpoint?: components["schemas"]["CacheBreakpoint"] | null;
        };
        /** @description Which function the model wants called, with what. */
        FunctionCall: {
            /** @description The function's name, as the request's `tools` spell it. */
            name?: string;
            /** @description The arguments as JSON text. A model wrote it: it may not be valid, nor match the function's schema. */
            arguments?: string;
        };
        /** @description More of a function call. */
        FunctionCallDelta: {
            /** @description The function's name; whole, in the call's first delta. */
            name?: string | null;
            /** @description The next piece of the arguments' JSON text. */
            arguments?: string | null;
        };
        /** @description A function the model may call. */
        FunctionDefinition: {
            /** @description Letters, digits, underscores and dashes; at most 64. */
            name: string;
            /** @description What it does: how the model decides whether to call it. */
            description?: string | null;
            /** @description Its arguments as a JSON Schema object; left out, it takes none. */
            parameters?: {
                [key: string]: unknown;
            } | null;
            /** @description Whether the arguments must match the schema exactly; default false. */
            strict?: boolean | null;
        };
        /** @description What a function answered, in the older form. */
        FunctionMessage: {
            /**
             * @description `function`.
             * @enum {string}
             */
            role: "function";
            /** @description The answer. */
            content: string | null;
            /** @description The function's name. */
            name: string;
        };
        /** @description A function, by its name. */
        FunctionName: {
            /** @description The name. */
            name: string;
        };
        /** @description A function, as a tool. */
        FunctionTool: {
            /**
             * @description `function`.
             * @enum {string}
             */
            type: "function";
            /** @description The function. */
            function: components["schemas"]["FunctionDefinition"];
        };
        /** @description A call of a function, in an assistant's message. */
        FunctionToolCall: {
            /** @description What the answering message names. */
            id: string;
            /** @description `function`; meant where a vendor's answer, repeated here as it came, does not say. */
            type?: "function" | null;
            /** @description The call. */
            function: components["schemas"]["CalledFunction"];
        };
        /** @description What a text has to look like. */
        Grammar: {
            /** @description The grammar. */
            definition: string;
            /** @description `lark` or `regex`: what it is written in. */
            syntax: string;
        };
        /** @description Text that a grammar allows. */
        GrammarInput: {
            /**
             * @description `grammar`.
             * @enum {string}
             */
            type: "grammar";
            /** @description The grammar. */
            grammar: components["schemas"]["Grammar"];
        };
        /** @description An image to look at. */
        ImagePart: {
            /**
             * @description `image_url`.
             * @enum {string}
             */
            type: "image_url";
            /** @description The image; some vendors take the bare address. */
            image_url: string | components["schemas"]["ImageUrl"];
            /** @description Whether a reusable beginning ends here. */
            prompt_cache_breakpoint?: components["schemas"]["CacheBreakpoint"] | null;
        };
        /** @description Where an image is, and how closely to look. */
        ImageUrl: {
            /** @description An address, or the image itself as a `data:` URL. */
            url: string;
            /** @description `auto`, `low` or `high`; default `auto`. */
            detail?: string | null;
        };
        /** @description Sound, and how it is encoded. */
        InputAudio: {
            /** @description The sound, base64. */
            data: string;
            /** @description `wav` or `mp3`. */
            format: string;
        };
        /** @description A file, by its content or by the id of an upload. */
        InputFile: {
            /** @description The content, base64. */
            file_data?: string | null;
            /** @description The id of a file uploaded before. */
            file_id?: string | null;
            /** @description The name to show the model. */
            filename?: string | null;
        };
        /** @description Answer with a JSON object. */
        JsonFormat: {
            /**
             * @description `json_object`. Say in the messages that you want JSON: some models run on otherwise.
             * @enum {string}
             */
            type: "json_object";
        };
        /** @description One secret of a key, as a list shows it. */
        Key: {
            /** @description The key's id. */
            id: string;
            /** @description The name of the secret: the key's id and a number. */
            row: string;
            /** @description The secret's beginning. */
            prefix: string;
            /** @description Whose key it is. */
            owner: string;
            /**
             * @description What it may be used for.
             * @enum {string}
             */
            role: "caller" | "admin";
            /**
             * Format: date-time
             * @description When the secret was made.
             */
            created: string;
            /**
             * Format: date-time
             * @description When it stops working; None for never.
             */
            expires: string | null;
            /**
             * Format: date-time
             * @description When it was revoked; None where it was not.
             */
            revoked: string | null;
            /** @description Patterns of the models it may ask for; None for all. */
            models: string[] | null;
            /** @description What it may use. */
            limits: components["schemas"]["Limits"];
            /** @description What was noted of it. */
            note: string | null;
        };
        /** @description What a key may use. None is no limit; 0 is nothing at all. */
        Limits: {
            /** @description Requests admitted in any 60 seconds. */
            requests_per_minute?: number | null;
            /** @description Tokens of the requests admitted in any 60 seconds, of prompt and answer together. */
            tokens_per_minute?: number | null;
            /** @description Requests under way at once, streams included. */
            concurrent?: number | null;
            /** @description Tokens of the requests admitted in a day, which begins at midnight UTC. */
            budget_day_tokens?: number | null;
            /** @description Tokens of the requests admitted in a month, which begins at midnight UTC on its first day. */
            budget_month_tokens?: number | null;
            /** @description Money a day, in microusd. */
            budget_day_microusd?: number | null;
            /** @description Money a month, in microusd. */
            budget_month_microusd?: number | null;
        };
        /** @description Roughly where somebody is. */
        Location: {
            /** @description The country, as two letters (ISO 3166-1). */
            country?: string | null;
            /** @description The region, in words. */
            region?: string | null;
            /** @description The city, in words. */
            city?: string | null;
            /** @description The time zone's IANA name. */
            timezone?: string | null;
        };
        /** @description Log probabilities of a choice's tokens. */
        Logprobs: {
            /** @description Those of the text. */
            content?: components["schemas"]["TokenLogprob"][] | null;
            /** @description Those of the refusal. */
            refusal?: components["schemas"]["TokenLogprob"][] | null;
        };
        /** @description What the model said. It can be put as it is into the messages of the next request. */
        Message: {
            /** @description `assistant`. */
            role?: string;
            /** @description The text; None when the model only called tools, refused, or spoke. */
            content?: string | null;
            /** @description Why the model would not answer, in its own words. */
            refusal?: string | null;
            /** @description The tools the model wants called before it goes on. */
            tool_calls?: components["schemas"]["ToolCall"][] | null;
            /** @description What the model thought before it answered, where the vendor shows it. */
            reasoning_content?: string | null;
            /** @description The same under the name that OpenRouter, Groq and others give it. */
            reasoning?: string | null;
            /** @description Remarks on the text, such as the web pages it cites. */
            annotations?: components["schemas"]["Annotation"][] | null;
            /** @description The answer as sound, when the request asked for it. */
            audio?: components["schemas"]["SpokenAudio"] | null;
            /** @description The call in the older form, where the request used `functions`. */
            function_call?: components["schemas"]["FunctionCall"] | null;
        };
        /** @description One model that a server offers. */
        ModelCard: {
            /** @description The name to ask for. */
            id?: string;
            /** @description `model`. */
            object?: string;
            /** @description When it was made, in seconds since 1970; 0 where the server did not say. */
            created?: number;
            /** @description Whose it is. */
            owned_by?: string;
        };
        /** @description The models that a server offers. */
        ModelList: {
            /** @description `list`. */
            object?: string;
            /** @description The cards. */
            data?: components["schemas"]["ModelCard"][];
        };
        /** @description Which model judges the conversation, and what comes of it. */
        Moderation: {
            /** @description The judging model. */
            model: string;
            /** @description What is judged, and what comes of it. */
            policy?: components["schemas"]["ModerationPolicy"] | null;
        };
        /** @description What comes of the judgement of one side of the conversation. */
        ModerationConfig: {
            /** @description `score` (the answer says the result) or `block` (what is judged harmful is withheld). */
            mode: string;
        };
        /** @description What is judged. */
        ModerationPolicy: {
            /** @description What is asked. */
            input?: components["schemas"]["ModerationConfig"] | null;
            /** @description What is answered. */
            output?: components["schemas"]["ModerationConfig"] | null;
        };
        /** @description The custom tool the model has to call. */
        NamedCustom: {
            /**
             * @description `custom`.
             * @enum {string}
             */
            type: "custom";
            /** @description Which. */
            custom: components["schemas"]["FunctionName"];
        };
        /** @description The function the model has to call. */
        NamedFunction: {
            /**
             * @description `function`.
             * @enum {string}
             */
            type: "function";
            /** @description Which. */
            function: components["schemas"]["FunctionName"];
        };
        /** @description A key to be made. */
        NewKey: {
            /** @description Whose it is: a name of 1 to 200 printable characters. */
            owner: string;
            /**
             * @description What it may be used for: `admin` opens the admin API as well.
             * @enum {string}
             */
            role?: "caller" | "admin";
            /** @description Patterns of the models it may ask for, in which `*` stands for anything; null for all. */
            models?: string[] | null;
            /** @description What it may use; what is left out is not limited. */
            limits?: components["schemas"]["Limits"];
            /**
             * Format: date-time
             * @description When it stops working; null for never.
             */
            expires?: string | null;
            /** @description What is to be remembered of it, in at most 200 characters. */
            note?: string | null;
        };
        /** @description What a key may do, and how much of that is left. */
        OwnKey: {
            /** @description The key's id, which is the ledger's name for it. */
            id: string;
            /** @description The beginning of its secret. */
            prefix: string;
            /** @description Whose it is. */
            owner: string;
            /**
             * @description What it may be used for.
             * @enum {string}
             */
            role: "caller" | "admin";
            /** @description Patterns of the models it may ask for, in which `*` stands for anything; null for all. */
            models: string[] | null;
            /**
             * Format: date-time
             * @description When it stops working, in UTC; null for never.
             */
            expires: string | null;
            /** @description How it stands with each limit it has, by the names that limits have where keys are made. */
            limits: {
                [key: string]: components["schemas"]["Standing"];
            };
        };
        /** @description Text that much of the answer will repeat, such as a file being edited. */
        Prediction: {
            /**
             * @description `content`.
             * @enum {string}
             */
            type: "content";
            /** @description The text. */
            content: string | components["schemas"]["TextPart"][];
        };
        /** @description What the vendor's prompt cache keeps. */
        PromptCacheOptions: {
            /** @description `implicit` (the vendor also chooses where to cut) or `explicit` (only at breakpoints); default implicit. */
            mode?: string | null;
            /** @description How long to keep it at least: `30m`. */
            ttl?: string | null;
        };
        /** @description What the prompt's tokens were. */
        PromptTokensDetails: {
            /** @description Tokens found in the server's prompt cache. */
            cached_tokens?: number | null;
            /** @description Tokens written to that cache. */
            cache_write_tokens?: number | null;
            /** @description Tokens of sound. */
            audio_tokens?: number | null;
            /** @description Tokens of images. */
            image_tokens?: number | null;
            /** @description Tokens of text. */
            text_tokens?: number | null;
        };
        /** @description What an assistant said instead of answering. */
        RefusalPart: {
            /**
             * @description `refusal`.
             * @enum {string}
             */
            type: "refusal";
            /** @description Its words. */
            refusal: string;
        };
        /** @description One refusal. */
        Remembered: {
            /**
             * Format: date-time
             * @description When, in UTC.
             */
            at: string;
            /** @description The request's name, as its caller was told. */
            request: string;
            /** @description The path that was asked, as the table of endpoints writes it. */
            endpoint: string;
            /** @description What the caller was told. */
            status: number;
            /** @description The sentence that the caller was told. */
            message: string;
            /** @description The id of the key that asked, where there was one that is known. */
            key: string | null;
        };
        /** @description How a key's secret is replaced. */
        Rotation: {
            /** @description Seconds for which the secrets that it has go on working. */
            overlap?: number;
        };
        /** @description The JSON Schema an answer has to match. */
        SchemaDefinition: {
            /** @description Letters, digits, underscores and dashes; at most 64. */
            name: string;
            /** @description The schema. */
            schema?: {
                [key: string]: unknown;
            } | null;
            /** @description What the answer is for, for the model to read. */
            description?: string | null;
            /** @description Whether the answer must match exactly; default false. */
            strict?: boolean | null;
        };
        /** @description Answer with JSON that matches a schema. */
        SchemaFormat: {
            /**
             * @description `json_schema`.
             * @enum {string}
             */
            type: "json_schema";
            /** @description The schema and its name. */
            json_schema: components["schemas"]["SchemaDefinition"];
        };
        /** @description The answer as sound. */
        SpokenAudio: {
            /** @description What a later request may name to refer to this sound. */
            id?: string;
            /** @description The sound, base64, in the format the request asked for. */
            data?: string;
            /** @description What is said. */
            transcript?: string;
            /** @description When the server forgets the id, in seconds since 1970. */
            expires_at?: number;
        };
        /** @description Sound that the model made before. */
        SpokenReference: {
            /** @description The id that came with it. */
            id: string;
        };
        /** @description How a key stands with one of its limits. */
        Standing: {
            /** @description How much it allows: requests, tokens, or millionths of a US dollar. */
            limit: number;
            /** @description How much of that counts now, with the most that requests under way may take. */
            used: number;
            /** @description How much of it is held by requests under way: what they do not take comes free when they end. */
            held: number;
            /** @description How much is left. */
            remaining: number;
            /**
             * Format: date-time
             * @description When nothing that counts now counts any more, but for what is held: the end of a budget's day or month, in UTC. Null where all of it is held, or nothing counts.
             */
            frees_at: string | null;
        };
        /** @description What a stream carries beside the answer. */
        StreamOptions: {
            /** @description Whether a last chunk, with no choices, says the usage; default false. */
            include_usage?: boolean | null;
            /** @description Whether chunks are padded so that their size tells nothing; default true where a vendor does it. */
            include_obfuscation?: boolean | null;
        };
        /** @description What the developer tells the model to do, whatever users say. */
        SystemMessage: {
            /**
             * @description `system`.
             * @enum {string}
             */
            role: "system";
            /** @description The instruction. */
            content: string | components["schemas"]["TextPart"][];
            /** @description Tells participants of the same role apart. */
            name?: string | null;
        };
        /** @description Answer in text. */
        TextFormat: {
            /**
             * @description `text`.
             * @enum {string}
             */
            type: "text";
        };
        /** @description Any text. */
        TextInput: {
            /**
             * @description `text`.
             * @enum {string}
             */
            type: "text";
        };
        /** @description A piece of text. */
        TextPart: {
            /**
             * @description `text`.
             * @enum {string}
             */
            type: "text";
            /** @description The text. */
            text: string;
            /** @description Whether a reusable beginning ends here. */
            prompt_cache_breakpoint?: components["schemas"]["CacheBreakpoint"] | null;
        };
        /** @description A token of the answer and how likely it was. */
        TokenLogprob: {
            /** @description The token. */
            token?: string;
            /** @description Its natural-log probability; -9999.0 stands for "very unlikely". */
            logprob?: number;
            /** @description The token's UTF-8 bytes, for tokens that are parts of a character. */
            bytes?: number[] | null;
            /** @description The likeliest tokens at this place, as many as the request's `top_logprobs`. */
            top_logprobs?: components["schemas"]["TopLogprob"][];
        };
        /** @description One call of a tool that the model asks for. */
        ToolCall: {
            /** @description What the answering `tool` message names as its `tool_call_id`. */
            id?: string;
            /** @description `function` or `custom`. */
            type?: string;
            /** @description Set when `type` is `function`. */
            function?: components["schemas"]["FunctionCall"] | null;
            /** @description Set when `type` is `custom`. */
            custom?: components["schemas"]["CustomCall"] | null;
        };
        /** @description More of one tool call. */
        ToolCallDelta: {
            /** @description Which of the message's calls this belongs to. Vendors that leave it out: see `dragoman.answer.fold`. */
            index?: number | null;
            /** @description The call's id; in its first delta, and with some vendors in each. */
            id?: string | null;
            /** @description `function` or `custom`. */
            type?: string | null;
            /** @description More of the function call. */
            function?: components["schemas"]["FunctionCallDelta"] | null;
            /** @description More of the custom tool's call. */
            custom?: components["schemas"]["CustomCallDelta"] | null;
        };
        /** @description What a tool answered. */
        ToolMessage: {
            /**
             * @description `tool`.
             * @enum {string}
             */
            role: "tool";
            /** @description The answer. */
            content: string | components["schemas"]["TextPart"][];
            /** @description Which call it answers. */
            tool_call_id: string;
            /** @description The tool's name, where a vendor wants it. */
            name?: string | null;
        };
        /** @description One of the likeliest tokens at a place. */
        TopLogprob: {
            /** @description The token. */
            token?: string;
            /** @description Its natural-log probability; -9999.0 stands for "very unlikely". */
            logprob?: number;
            /** @description The token's UTF-8 bytes, for tokens that are parts of a character. */
            bytes?: number[] | null;
        };
        /** @description A web page that part of the text rests on. */
        UrlCitation: {
            /** @description The page's address. */
            url?: string;
            /** @description The page's title. */
            title?: string;
            /** @description Where the cited text begins in the message's content, in characters. */
            start_index?: number;
            /** @description Where it ends. */
            end_index?: number;
        };
        /** @description How many tokens a completion used. */
        Usage: {
            /** @description Tokens of the request. */
            prompt_tokens?: number;
            /** @description Tokens of the answer, over all choices. */
            completion_tokens?: number;
            /** @description Both together. */
            total_tokens?: number;
            /** @description What the prompt's tokens were. */
            prompt_tokens_details?: components["schemas"]["PromptTokensDetails"] | null;
            /** @description What the answer's tokens were. */
            completion_tokens_details?: components["schemas"]["CompletionTokensDetails"] | null;
            /** @description US dollars that it cost; None where the server did not say. OpenRouter does, and this project's gateway where it is to. */
            cost?: number | null;
        };
        /** @description Where the user is, for searches that depend on it. */
        UserLocation: {
            /**
             * @description `approximate`.
             * @enum {string}
             */
            type: "approximate";
            /** @description The place. */
            approximate: components["schemas"]["Location"];
        };
        /** @description What a user says. */
        UserMessage: {
            /**
             * @description `user`.
             * @enum {string}
             */
            role: "user";
            /** @description Text, or parts: text, images, sound, files. */
            content: string | (components["schemas"]["TextPart"] | components["schemas"]["ImagePart"] | components["schemas"]["AudioPart"] | components["schemas"]["FilePart"])[];
            /** @description Tells participants of the same role apart. */
            name?: string | null;
        };
        /** @description How the model searches the web. */
        WebSearchOptions: {
            /** @description Where the user is. */
            user_location?: components["schemas"]["UserLocation"] | null;
            /** @description `low`, `medium` or `high`: how much of what is found to read; default medium. */
            search_context_size?: string | null;
        };
        /** @description A request of the older API. */
        CompletionRequest: {
            /** @description The model to ask. */
            model: string;
            /** @description What to answer. */
            prompt: string;
            /** @description The most tokens of the answer. */
            max_tokens?: number;
            /** @description Whether the answer comes as events. */
            stream?: boolean;
        };
        /** @description Embeddings: a vector for each input. */
        EmbeddingList: {
            /** @enum {string} */
            object: "list";
            data: {
                /** @enum {string} */
                object: "embedding";
                /** @description The input's place among them, from 0. */
                index: number;
                /** @description The vector: its numbers, or the base64 of them as 32 bits, little-endian. */
                embedding: number[] | string;
            }[];
            /** @description Which model made them. */
            model: string;
            usage: {
                prompt_tokens: number;
                total_tokens: number;
            };
        };
        /** @description A request of Anthropic's Messages API. What is not described here is heard as that API has it. */
        MessagesRequest: {
            /** @description The model to ask. */
            model: string;
            /** @description The conversation so far. */
            messages: Record<string, never>[];
            /** @description The most tokens of the answer. */
            max_tokens: number;
            /** @description Instructions: a text, or blocks of text. */
            system?: unknown;
            /** @description What the model may call. */
            tools?: Record<string, never>[];
            /** @description Whether the answer comes as events. */
            stream?: boolean;
        };
        /** @description A request of OpenAI's Responses API. What is not described here is heard as that API has it. */
        ResponsesRequest: {
            /** @description The model to ask. */
            model: string;
            /** @description What to answer: a text, or the items of the whole conversation. */
            input: string | Record<string, never>[];
            /** @description What the developer tells the model to do. */
            instructions?: string;
            /** @description The most tokens of the answer. */
            max_output_tokens?: number;
            /** @description What the model may call. */
            tools?: Record<string, never>[];
            /** @description Whether the answer comes as events. */
            stream?: boolean;
        };
        /** @description A prompt of Anthropic's Messages API. */
        CountRequest: {
            /** @description The model to ask. */
            model: string;
            /** @description The conversation so far. */
            messages: Record<string, never>[];
            /** @description Instructions: a text, or blocks of text. */
            system?: unknown;
            /** @description What the model may call. */
            tools?: Record<string, never>[];
        };
        /** @description A fault in Anthropic's form. */
        MessagesFault: {
            /** @enum {string} */
            type: "error";
            error: {
                type: string;
                message: string;
            };
            request_id?: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: {
        /** @description The request's name in the log: the caller's own `x-request-id`, or a new one. */
        "x-request-id": string;
        /** @description Milliseconds until the answer began. */
        "openai-processing-ms": number;
        /** @description Seconds to wait, where the upstream said so. */
        "retry-after": number;
        /** @description Whether the same request may succeed later. */
        "x-should-retry": "true" | "false";
        /** @description How many attempts at upstreams were made for this answer; 0 where none was. */
        "x-dragoman-attempts": number;
        /** @description The upstream that gave the answer, or was the last to be asked. */
        "x-dragoman-upstream": string;
        /** @description What of the request was changed on its way upstream. */
        "x-dragoman-changed": string;
        /** @description Where the route has a cache: an earlier answer is given again (`hit`), none was there (`miss`), or the request asked past it (`bypass`). */
        "x-dragoman-cache": "hit" | "miss" | "bypass";
        /** @description Of an earlier answer: seconds since it was given first. */
        age: number;
        /** @description For how many seconds the answer is gone on with when its caller is gone: whoever sends the request again, with the same `Idempotency-Key`, has it from its beginning. */
        "x-dragoman-repeats": number;
        /** @description The request was sent before, with the same `Idempotency-Key`: this is the answer to that one. */
        "idempotent-replayed": "true";
        /** @description The limit of requests, where the key has such a limit. */
        "x-ratelimit-limit-requests": number;
        /** @description The limit of tokens, where the key has such a limit. */
        "x-ratelimit-limit-tokens": number;
        /** @description What is left of the limit of requests, where the key has such a limit. */
        "x-ratelimit-remaining-requests": number;
        /** @description What is left of the limit of tokens, where the key has such a limit. */
        "x-ratelimit-remaining-tokens": number;
        /** @description How long it takes until nothing counts any more of the limit of requests, where the key has such a limit. */
        "x-ratelimit-reset-requests": string;
        /** @description How long it takes until nothing counts any more of the limit of tokens, where the key has such a limit. */
        "x-ratelimit-reset-tokens": string;
        /** @description `estimated` where nobody has counted the tokens. */
        "x-dragoman-tokens-from": "estimated";
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
