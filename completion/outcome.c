// outcome.c - see outcome.h.
#include "completion/outcome.h"

#include "base/config.h"

#include <string.h>

const char *outcome_id(enum outcome outcome) {
    switch (outcome) {
#define OUTCOME_ID(name, id, text)                                                                           \
    case name:                                                                                               \
        return id;
        OUTCOME_LIST(OUTCOME_ID)
#undef OUTCOME_ID
    default:
        return "unknown";
    }
}

const char *outcome_text(enum outcome outcome) {
    switch (outcome) {
#define OUTCOME_TEXT(name, id, text)                                                                         \
    case name:                                                                                               \
        return text;
        OUTCOME_LIST(OUTCOME_TEXT)
#undef OUTCOME_TEXT
    default:
        return "unknown outcome";
    }
}

#define TOGGLED          "switched off in the editor, toggled there or by its settings; "
#define LANGUAGE_TOGGLED "switched off for this language in the editor, toggled there or by its settings; "
#define AGAIN            " switches it on again"

// What the names of editors begin with, and the words for what is switched off there.
static const struct editor {
    const char *name, *everywhere, *language;
} editors[] = {
    {"Neovim", TOGGLED ":Hunch toggle" AGAIN, LANGUAGE_TOGGLED ":Hunch language" AGAIN},
    {"Visual Studio Code", TOGGLED "\"Hunch: Toggle Everywhere\"" AGAIN,
     LANGUAGE_TOGGLED "\"Hunch: Toggle for This Language\"" AGAIN},
    {"emacs", TOGGLED "M-x lsp-hunch-toggle" AGAIN, LANGUAGE_TOGGLED "M-x lsp-hunch-toggle-language" AGAIN},
    {"", // any other
     TOGGLED "what toggles it" AGAIN
             ": :Hunch toggle (Neovim), Hunch: Toggle Everywhere (VS Code), M-x lsp-hunch-toggle (Emacs)",
     LANGUAGE_TOGGLED "what toggles it" AGAIN
                      ": :Hunch language (Neovim), Hunch: Toggle for This Language (VS Code), M-x "
                      "lsp-hunch-toggle-language (Emacs)"},
};

static const struct editor *editor_of(const struct config *config) {
    const struct editor *editor = editors;
    while (strncmp(config->editor, editor->name, strlen(editor->name)) != 0) {
        editor++;
    }
    return editor;
}

// Who toggles it in an editor changes no settings file that Hunch could name.
const char *outcome_disabled_text(const struct config *config) {
    const char *origin = config_origin_name(config, "enabled");
    if (strcmp(origin, "user file") == 0) {
        return "switched off by \"enabled\": false in your own config.json";
    }
    return strcmp(origin, "default") == 0 ? outcome_text(OUTCOME_DISABLED) : editor_of(config)->everywhere;
}

const char *outcome_language_off_text(const struct config *config, const char *language) {
    return config_language_origin(config, language) == CONFIG_USER_FILE
               ? "switched off for this language by \"languages\" in your own config.json"
               : editor_of(config)->language;
}

bool outcome_is_failure(enum outcome outcome) {
    return outcome == OUTCOME_UNREACHABLE || outcome == OUTCOME_MODEL_FAILED || outcome == OUTCOME_TIMEOUT;
}
