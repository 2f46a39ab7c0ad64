// provider_table.h - the providers, and what their files share; private to provider*.c.
//
// Ownership: static; json_set takes over what it is given. Threads: any. Errors, limits: as in provider.h.
#ifndef HUNCH_BACKENDS_PROVIDER_TABLE_H
#define HUNCH_BACKENDS_PROVIDER_TABLE_H

#include "backends/provider.h"

extern const struct provider provider_llama, provider_ollama, provider_openai, provider_vllm, provider_chat,
    provider_anthropic, provider_gemini, provider_mistral, provider_deepseek, provider_tgi, provider_tabby;

enum { PROVIDER_USUAL_TOKENS = 96 }; // where nobody says

// At most so many stops that are not empty, as an array under the key; nothing if there are none.
void provider_set_stops(struct json *object, const char *key, const struct provider_ask *ask, size_t limit);
void provider_set_limit(struct json *object, const char *key, const struct provider_ask *ask);
void provider_set_temperature(struct json *object,
                              const struct provider_ask *ask); // none: the likeliest counts
// A count of tokens; 0 for anything else.
uint32_t provider_count_of(const struct json *object, const char *key);
// Of OpenAI's dialect: the choice with index 0 (there may be none: counts come alone), and the counts.
const struct json *provider_first_choice(const struct json *json);
void provider_read_usage(const struct json *json, struct provider_event *event);
enum provider_end provider_end_of(const char *finish_reason); // "" while the model goes on
// The common body of OpenAI's completions and of what is made like it, and its answers: those with `text`, and those
// in the manner of a chat.
void provider_write_completion(const struct provider_ask *ask, struct json *body);
void provider_ask_for_usage(struct json *body, const struct provider_ask *ask); // strict servers refuse it
void provider_read_completion(const struct json *json, struct provider_event *event);
void provider_read_chat(const struct json *json, struct provider_event *event);
// What a chat model is told of the template "chat" and of the marks of reply.h.
extern const char provider_instruction[];

#endif
