// remote_ask.c - see remote_ask.h.
#include "backends/remote_ask.h"

#include "backends/fim.h"

struct provider_ask remote_ask(const struct backend_request *request, const struct backend_traits *traits,
                               const char *model, struct str *rendered) {
    const char *name = request->template ? request->template : traits->template;
    const struct fim_template *fim = name ? fim_by_name(name) : NULL;
    struct provider_ask ask = {.model = model,
                               .path = request->path,
                               .language = request->language,
                               .prompt = request->prompt,
                               .stops = request->stops,
                               .stop_count = request->stop_count,
                               .ahead = request->ahead,
                               .max_tokens = request->max_tokens,
                               .context_tokens = traits->context_tokens};
    if (!ask.prompt.length && fim) {
        struct fim_parts parts = {.path = request->path,
                                  .language = request->language,
                                  .prefix = request->prefix,
                                  .suffix = request->suffix};
        fim_render(fim, &parts, rendered);
        ask.prompt = str_slice(rendered);
    } else if (!ask.prompt.length) {
        ask.prompt = request->prefix;
    }
    if (fim) {
        fim_halves(fim, ask.prompt, &ask.prompt, &ask.suffix);
    }
    return ask;
}
